/* file_call.h: which system calls are about files, and how each of them may fail. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum fault {
  FAULT_EIO = 1 << 0,
  FAULT_ENOSPC = 1 << 1, /* this and the next three: from then on, whenever it fits */
  FAULT_EDQUOT = 1 << 2,
  FAULT_EROFS = 1 << 3,
  FAULT_ENOLCK = 1 << 4,
  FAULT_ESTALE = 1 << 5,
  FAULT_EINTR = 1 << 6,
  FAULT_SHORT = 1 << 7, /* half of what was asked for is written */
  FAULT_COUNT = 8
};

struct fault_name {
  const char* name;
  int error; /* 0: none */
  bool lasts;
};
extern const struct fault_name fault_names[FAULT_COUNT]; /* in the order of the bits */

struct system_call {
  uint64_t number;
  uint64_t arguments[6];
};

struct file_call {
  const char* name;
  bool changes;        /* the file system */
  unsigned faults;     /* bits of enum fault */
  int length_argument; /* where FAULT_SHORT fits: which argument is the length */
};

/* False when the call that this thread is about to make is about no file below the directory. */
bool look_at_call(pid_t thread, const struct system_call* call, const char* below,
                  struct file_call* found);
