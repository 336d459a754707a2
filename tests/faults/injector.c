/* injector.c: runs a program and lets one of its system calls fail, or kills it before one.

usage: injector --below DIR [--fault FAULT:N] [--trace FILE] PROGRAM [ARGUMENT...]

  kill-any:N      SIGKILL before call N of all
  kill:N          SIGKILL before call N of those on files below DIR
  EIO:N, ESTALE:N, EINTR:N, short:N   call N of those fails so, or writes half of what it was given
  ENOSPC:N, EDQUOT:N, EROFS:N, ENOLCK:N   from call N on every one that can fails so
  --trace FILE    a line for each call on files, "changes|reads NAME FAULT...", and last "calls
TOTAL"

It ends as the program did. exit: 77 this system or processor does not let it look at system calls;
2 wrong usage.

By ptrace alone, because a preloaded library misses libc's own calls and static programs, and a
filter of system calls is inherited by whatever the program starts. Counted are the calls of the
process that it started, of all its threads, while that is a program called hdist: the launching
stage and what this becomes. The children are not followed: what runs between fork and exec, and
jobs, are as they would be without it. */
#define _GNU_SOURCE
#include "file_call.h"
#include "registers.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
  EXIT_WRONG_USAGE = 2,
  EXIT_SKIPPED = 77,
  MOST_THREADS = 1024,
  SYSTEM_CALL_STOP = SIGTRAP | 0x80
};

/* What is to happen when the call of a thread has ended. */
struct pending {
  pid_t thread; /* 0: free */
  bool has_result;
  int64_t result;
  int argument; /* -1: none; to be as it was, since no call changes its arguments */
  uint64_t value;
};

static struct {
  const char* below;
  const char* fault; /* name; NULL: none */
  long at;
  unsigned bit; /* 0: a kill */
  const char* trace_file;
} options;

static pid_t program = 0;
static bool counts = false; /* the program is one called hdist */
static long calls = 0, file_calls = 0;
static FILE* trace = NULL;
static struct pending all_pending[MOST_THREADS];

__attribute__((noreturn, format(printf, 2, 3))) static void end_with(int code, const char* format,
                                                                     ...) {
  va_list arguments;
  va_start(arguments, format);
  (void)fputs("injector: ", stderr);
  (void)vfprintf(stderr, format, arguments);
  (void)fputc('\n', stderr);
  va_end(arguments);
  if (program > 0) kill(program, SIGKILL);
  exit(code);
}

static struct pending* pending_of(pid_t thread) {
  for (int i = 0; i < MOST_THREADS; ++i)
    if (all_pending[i].thread == thread) return &all_pending[i];
  return NULL;
}

static bool is_now(long number) {
  bool lasts = false;
  for (int i = 0; i < FAULT_COUNT; ++i)
    if (options.bit == 1U << i) lasts = fault_names[i].lasts;
  return lasts ? number >= options.at : number == options.at;
}

static void write_trace(const struct file_call* call) {
  (void)fprintf(trace, "%s %s", call->changes ? "changes" : "reads", call->name);
  for (int i = 0; i < FAULT_COUNT; ++i)
    if ((call->faults & 1U << i) != 0) (void)fprintf(trace, " %s", fault_names[i].name);
  (void)fputc('\n', trace);
}

static void let_fail(pid_t thread, const struct system_call* call, const struct file_call* found) {
  struct pending* pending = pending_of(0);
  if (pending == NULL) end_with(1, "more than %d threads are in calls that fail", MOST_THREADS);
  *pending = (struct pending){thread, false, 0, -1, 0};
  if (options.bit == FAULT_SHORT) {
    registers all;
    pending->argument = found->length_argument;
    pending->value = call->arguments[found->length_argument];
    if (!read_registers(thread, &all)) return;
    set_argument(&all, pending->argument, pending->value / 2);
    write_registers(thread, &all);
    return;
  }
  pending->has_result = true;
  for (int i = 0; i < FAULT_COUNT; ++i)
    if (options.bit == 1U << i) pending->result = -fault_names[i].error;
  skip_call(thread);
}

static void at_begin(pid_t thread, const struct system_call* call) {
  ++calls;
  bool is_any = options.fault != NULL && strcmp(options.fault, "kill-any") == 0;
  if (is_any && calls == options.at) kill(program, SIGKILL);
  struct file_call found;
  if (is_any || !look_at_call(thread, call, options.below, &found)) return;
  ++file_calls;
  if (trace != NULL) write_trace(&found);
  if (options.fault == NULL || !is_now(file_calls)) return;
  if (options.bit == 0)
    kill(program, SIGKILL);
  else if ((found.faults & options.bit) != 0)
    let_fail(thread, call, &found);
}

static void at_end(pid_t thread) {
  struct pending* pending = pending_of(thread);
  registers all;
  if (pending == NULL) return;
  pending->thread = 0;
  if (!read_registers(thread, &all)) return;
  if (pending->argument >= 0) set_argument(&all, pending->argument, pending->value);
  if (pending->has_result) set_result(&all, pending->result);
  write_registers(thread, &all);
}

static void at_system_call(pid_t thread) {
  struct __ptrace_syscall_info info;
  if (ptrace(PTRACE_GET_SYSCALL_INFO, thread, (void*)sizeof info, &info) <= 0) {
    if (errno == ESRCH) return; /* it was killed */
    end_with(EXIT_SKIPPED, "this kernel does not tell about system calls: %s", strerror(errno));
  }
  if (info.op == PTRACE_SYSCALL_INFO_EXIT) at_end(thread);
  if (info.op != PTRACE_SYSCALL_INFO_ENTRY || !counts) return;
  struct system_call call = {.number = info.entry.nr};
  for (int i = 0; i < 6; ++i)
    call.arguments[i] = info.entry.args[i];
  at_begin(thread, &call);
}

static void at_exec(void) {
  char link[64];
  char path[PATH_MAX];
  (void)snprintf(link, sizeof link, "/proc/%d/exe", (int)program);
  ssize_t size = readlink(link, path, sizeof path - 1);
  path[size < 0 ? 0 : size] = '\0';
  const char* slash = strrchr(path, '/');
  counts = slash != NULL && strcmp(slash, "/hdist") == 0;
}

/* Lets a stopped thread go on; `status` is of waitpid(2). */
static void go_on(pid_t thread, int status) {
  int signal_number = WSTOPSIG(status);
  int event = status >> 16;
  int request = PTRACE_SYSCALL;
  if (event == PTRACE_EVENT_STOP) {
    bool is_group_stop = signal_number == SIGSTOP || signal_number == SIGTSTP ||
                         signal_number == SIGTTIN || signal_number == SIGTTOU;
    if (is_group_stop) request = PTRACE_LISTEN;
    /* Cloned, but a process of its own. */
    if (syscall(SYS_tgkill, program, thread, 0) != 0) request = PTRACE_DETACH;
    signal_number = 0;
  } else if (event != 0) {
    if (event == PTRACE_EVENT_EXEC) at_exec();
    signal_number = 0;
  } else if (signal_number == SYSTEM_CALL_STOP) {
    at_system_call(thread);
    signal_number = 0;
  }
  ptrace(request, thread, NULL,
         (void*)(intptr_t)signal_number); // NOLINT(performance-no-int-to-ptr)
}

/* Starts the program, which waits until it is looked at. */
static void start(char** words) {
  int gate[2];
  if (pipe(gate) != 0) end_with(1, "pipe: %s", strerror(errno));
  program = fork();
  if (program < 0) end_with(1, "fork: %s", strerror(errno));
  if (program == 0) {
    char byte = 0;
    close(gate[1]);
    if (read(gate[0], &byte, 1) != 1) _exit(EXIT_SKIPPED);
    close(gate[0]);
    execv(words[0], words);
    (void)fprintf(stderr, "injector: %s: %s\n", words[0], strerror(errno));
    _exit(EXIT_WRONG_USAGE);
  }
  close(gate[0]);
  long how = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
  if (ptrace(PTRACE_SEIZE, program, NULL, (void*)how) != 0) // NOLINT(performance-no-int-to-ptr)
    end_with(EXIT_SKIPPED, "this system does not let a process look at its child (ptrace: %s)",
             strerror(errno));
  /* Only what follows an exec is looked at, but a thread that is seized goes on without stops until
   * it is stopped once. */
  ptrace(PTRACE_INTERRUPT, program, NULL, NULL);
  if (write(gate[1], "x", 1) != 1) end_with(1, "write: %s", strerror(errno));
  close(gate[1]);
}

/* Until the program and its threads have ended; its status. */
static int follow(void) {
  int end = 0;
  for (;;) {
    int status = 0;
    pid_t thread = waitpid(-1, &status, __WALL);
    if (thread < 0 && errno == EINTR) continue;
    if (thread < 0) return end;
    if (WIFSTOPPED(status))
      go_on(thread, status);
    else if (thread == program)
      end = status;
  }
}

static void read_fault(char* text) {
  char* colon = strchr(text, ':');
  if (colon == NULL) end_with(EXIT_WRONG_USAGE, "'%s' is no FAULT:N", text);
  *colon = '\0';
  options.fault = text;
  options.at = strtol(colon + 1, NULL, 10);
  for (int i = 0; i < FAULT_COUNT; ++i)
    if (strcmp(text, fault_names[i].name) == 0) options.bit = 1U << i;
  if (options.bit == 0 && strcmp(text, "kill") != 0 && strcmp(text, "kill-any") != 0)
    end_with(EXIT_WRONG_USAGE, "'%s' is no fault", text);
}

int main(int count, char** words) {
  if (!IS_KNOWN_PROCESSOR) end_with(EXIT_SKIPPED, "the registers of this processor are not known");
  int i = 1;
  for (; i + 1 < count && strncmp(words[i], "--", 2) == 0; i += 2) {
    if (strcmp(words[i], "--below") == 0)
      options.below = words[i + 1];
    else if (strcmp(words[i], "--fault") == 0)
      read_fault(words[i + 1]);
    else if (strcmp(words[i], "--trace") == 0)
      options.trace_file = words[i + 1];
    else
      end_with(EXIT_WRONG_USAGE, "'%s' is no option", words[i]);
  }
  if (i >= count || options.below == NULL)
    end_with(EXIT_WRONG_USAGE, "a program and --below are needed");
  if (options.trace_file != NULL && (trace = fopen(options.trace_file, "we")) == NULL)
    end_with(1, "%s: %s", options.trace_file, strerror(errno));
  start(words + i);
  int status = follow();
  if (trace != NULL && (fprintf(trace, "calls %ld\n", calls) < 0 || fclose(trace) != 0))
    end_with(1, "%s: %s", options.trace_file, strerror(errno));
  if (!WIFSIGNALED(status)) return WEXITSTATUS(status);
  prctl(PR_SET_DUMPABLE, 0); /* no second core file */
  signal(WTERMSIG(status), SIG_DFL);
  raise(WTERMSIG(status));
  return 128 + WTERMSIG(status);
}
