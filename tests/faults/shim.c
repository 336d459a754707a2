/* A preloaded library that lets the n-th call that writes fail, or kills the process before it.

HDIST_FAULT=kill:N      SIGKILL before call N
HDIST_FAULT=EIO:N       call N fails with EIO
HDIST_FAULT=ENOSPC:N    from call N on, what needs space fails: the disk is full
HDIST_FAULT=EROFS:N     from call N on, every one fails: the file system became read-only
HDIST_FAULT_COUNT=FILE  at the end, the number of calls

Counted are calls on files and directories, of the program called hdist alone: not of the jobs and
other programs that it starts, nor of a child between fork and exec. Writes to terminals, pipes and
sockets do not count. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

enum mode { none, kill_process, io_error, full, read_only };

static enum mode mode = none;
static long fault_at = 0;
static atomic_long calls = 0;
static pid_t self = 0; /* 0: not the program that is tried */

__attribute__((constructor)) static void begin(void) {
  char path[PATH_MAX] = "";
  if (readlink("/proc/self/exe", path, sizeof path - 1) < 0) return;
  const char* name = strrchr(path, '/');
  if (name == NULL || strcmp(name, "/hdist") != 0) return;
  self = getpid();
  const char* fault = getenv("HDIST_FAULT");
  const char* colon = fault == NULL ? NULL : strchr(fault, ':');
  if (colon == NULL) return;
  fault_at = strtol(colon + 1, NULL, 10);
  if (strncmp(fault, "kill:", 5) == 0) mode = kill_process;
  if (strncmp(fault, "EIO:", 4) == 0) mode = io_error;
  if (strncmp(fault, "ENOSPC:", 7) == 0) mode = full;
  if (strncmp(fault, "EROFS:", 6) == 0) mode = read_only;
}

__attribute__((destructor)) static void end(void) {
  const char* file = getenv("HDIST_FAULT_COUNT");
  if (self == 0 || self != getpid() || file == NULL) return;
  FILE* out = fopen(file, "w");
  if (out == NULL) return;
  fprintf(out, "%ld\n", (long)atomic_load(&calls));
  fclose(out);
}

/* True when this call is to fail; errno says how. */
static int fails(int needs_space) {
  if (self == 0 || getpid() != self) return 0;
  long number = atomic_fetch_add(&calls, 1) + 1;
  switch (mode) {
  case none:
    return 0;
  case kill_process:
    if (number == fault_at) kill(self, SIGKILL);
    return 0;
  case io_error:
    errno = EIO;
    return number == fault_at;
  case full:
    errno = ENOSPC;
    return number >= fault_at && needs_space;
  case read_only:
    errno = EROFS;
    return number >= fault_at;
  }
  return 0;
}

static int is_stored(int fd) {
  int before = errno;
  struct stat status;
  int stored = fstat(fd, &status) == 0 && (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode));
  errno = before;
  return stored;
}

static int writes(int flags) {
  return (flags & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)) != 0;
}

/* /dev, /proc and the like are no disk. */
static int is_special(const char* path) {
  return strncmp(path, "/dev/", 5) == 0 || strncmp(path, "/proc/", 6) == 0;
}

/* POSIX gives functions as pointers to objects. */
#define REAL(name) (__extension__(__typeof__(&name)) dlsym(RTLD_NEXT, #name))

static mode_t mode_of(int flags, va_list arguments) {
  return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
}

#define OPEN(name)                                                                                 \
  int name(const char* path, int flags, ...) {                                                     \
    va_list arguments;                                                                             \
    va_start(arguments, flags);                                                                    \
    mode_t access = mode_of(flags, arguments);                                                     \
    va_end(arguments);                                                                             \
    if (writes(flags) && !is_special(path) && fails((flags & O_CREAT) != 0)) return -1;            \
    return REAL(name)(path, flags, access);                                                        \
  }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                                               \
  int name(int dir, const char* path, int flags, ...) {                                            \
    va_list arguments;                                                                             \
    va_start(arguments, flags);                                                                    \
    mode_t access = mode_of(flags, arguments);                                                     \
    va_end(arguments);                                                                             \
    if (writes(flags) && !is_special(path) && fails((flags & O_CREAT) != 0)) return -1;            \
    return REAL(name)(dir, path, flags, access);                                                   \
  }
OPENAT(openat)
OPENAT(openat64)

ssize_t write(int fd, const void* bytes, size_t size) {
  if (is_stored(fd) && fails(1)) return -1;
  return REAL(write)(fd, bytes, size);
}

#define PWRITE(name, offset_type)                                                                  \
  ssize_t name(int fd, const void* bytes, size_t size, offset_type offset) {                       \
    if (is_stored(fd) && fails(1)) return -1;                                                      \
    return REAL(name)(fd, bytes, size, offset);                                                    \
  }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

ssize_t copy_file_range(int from, off64_t* from_offset, int to, off64_t* to_offset, size_t size,
                        unsigned flags) {
  if (fails(1)) return -1;
  return REAL(copy_file_range)(from, from_offset, to, to_offset, size, flags);
}

int ftruncate(int fd, off_t size) {
  return fails(1) ? -1 : REAL(ftruncate)(fd, size);
}
int fsync(int fd) {
  return fails(0) ? -1 : REAL(fsync)(fd);
}
int fdatasync(int fd) {
  return fails(0) ? -1 : REAL(fdatasync)(fd);
}
int syncfs(int fd) {
  return fails(0) ? -1 : REAL(syncfs)(fd);
}
int fchmod(int fd, mode_t access) {
  return fails(0) ? -1 : REAL(fchmod)(fd, access);
}
int chmod(const char* path, mode_t access) {
  return fails(0) ? -1 : REAL(chmod)(path, access);
}
int mkdir(const char* path, mode_t access) {
  return fails(1) ? -1 : REAL(mkdir)(path, access);
}
int mkdirat(int dir, const char* path, mode_t access) {
  return fails(1) ? -1 : REAL(mkdirat)(dir, path, access);
}
int fchmodat(int dir, const char* path, mode_t access, int flags) {
  return fails(0) ? -1 : REAL(fchmodat)(dir, path, access, flags);
}
int linkat(int from_dir, const char* from, int to_dir, const char* to, int flags) {
  return fails(1) ? -1 : REAL(linkat)(from_dir, from, to_dir, to, flags);
}
int symlinkat(const char* target, int dir, const char* path) {
  return fails(1) ? -1 : REAL(symlinkat)(target, dir, path);
}
int rename(const char* from, const char* to) {
  return fails(0) ? -1 : REAL(rename)(from, to);
}
int renameat(int from_dir, const char* from, int to_dir, const char* to) {
  return fails(0) ? -1 : REAL(renameat)(from_dir, from, to_dir, to);
}
int renameat2(int from_dir, const char* from, int to_dir, const char* to, unsigned flags) {
  return fails(0) ? -1 : REAL(renameat2)(from_dir, from, to_dir, to, flags);
}
int unlink(const char* path) {
  return fails(0) ? -1 : REAL(unlink)(path);
}
int unlinkat(int dir, const char* path, int flags) {
  return fails(0) ? -1 : REAL(unlinkat)(dir, path, flags);
}
int utimensat(int dir, const char* path, const struct timespec times[2], int flags) {
  return fails(0) ? -1 : REAL(utimensat)(dir, path, times, flags);
}
int futimens(int fd, const struct timespec times[2]) {
  return fails(0) ? -1 : REAL(futimens)(fd, times);
}
