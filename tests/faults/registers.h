/* registers.h: the registers of a system call that is about to begin or has just ended, for each
 * kind of processor. */
#pragma once

#include <elf.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/user.h>

#if defined(__x86_64__)

enum { IS_KNOWN_PROCESSOR = 1 };
typedef struct user_regs_struct registers;

static inline void set_argument(registers* all, int index, uint64_t value) {
  switch (index) {
  case 0:
    all->rdi = value;
    break;
  case 1:
    all->rsi = value;
    break;
  case 2:
    all->rdx = value;
    break;
  case 3:
    all->r10 = value;
    break;
  case 4:
    all->r8 = value;
    break;
  default:
    all->r9 = value;
  }
}

static inline void set_result(registers* all, int64_t value) {
  all->rax = (uint64_t)value;
}

#elif defined(__aarch64__)

enum { IS_KNOWN_PROCESSOR = 1 };
typedef struct user_regs_struct registers;

static inline void set_argument(registers* all, int index, uint64_t value) {
  all->regs[index] = value;
}

static inline void set_result(registers* all, int64_t value) {
  all->regs[0] = (uint64_t)value;
}

#else

enum { IS_KNOWN_PROCESSOR = 0 };
typedef struct {
  int none;
} registers;

static inline void set_argument(registers* all, int index, uint64_t value) {
  (void)all, (void)index, (void)value;
}

static inline void set_result(registers* all, int64_t value) {
  (void)all, (void)value;
}

#endif

static inline bool read_registers(pid_t thread, registers* all) {
  struct iovec room = {all, sizeof *all};
  return ptrace(PTRACE_GETREGSET, thread, (void*)(uintptr_t)NT_PRSTATUS, &room) == 0;
}

static inline bool write_registers(pid_t thread, registers* all) {
  struct iovec room = {all, sizeof *all};
  return ptrace(PTRACE_SETREGSET, thread, (void*)(uintptr_t)NT_PRSTATUS, &room) == 0;
}

/* The call that is about to begin does nothing. */
static inline bool skip_call(pid_t thread) {
#if defined(__aarch64__)
  int none = -1;
  struct iovec room = {&none, sizeof none};
  return ptrace(PTRACE_SETREGSET, thread, (void*)(uintptr_t)NT_ARM_SYSTEM_CALL, &room) == 0;
#elif defined(__x86_64__)
  registers all;
  if (!read_registers(thread, &all)) return false;
  all.orig_rax = (unsigned long long)-1;
  return write_registers(thread, &all);
#else
  (void)thread;
  return false;
#endif
}
