#define _GNU_SOURCE
#include "file_call.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

const struct fault_name fault_names[FAULT_COUNT] = {
    {"EIO", EIO, false},     {"ENOSPC", ENOSPC, true}, {"EDQUOT", EDQUOT, true},
    {"EROFS", EROFS, true},  {"ENOLCK", ENOLCK, true}, {"ESTALE", ESTALE, false},
    {"EINTR", EINTR, false}, {"short", 0, false},
};

/* What the call is about. Numbers are of arguments. */
enum object {
  FD_0,
  FD_2,
  PATH_0,
  PATH_1,
  AT_0,
  AT_1,
  AT_2
}; /* AT_n: a directory n and a path n + 1 */

enum {
  READS = FAULT_EIO | FAULT_ESTALE,
  CHANGES = FAULT_EIO | FAULT_EROFS | FAULT_ESTALE,
  MAKES = CHANGES | FAULT_ENOSPC | FAULT_EDQUOT,
  WRITES = FAULT_EIO | FAULT_ENOSPC | FAULT_EDQUOT | FAULT_ESTALE | FAULT_EINTR,
  SYNCS = FAULT_EIO | FAULT_ENOSPC | FAULT_EDQUOT | FAULT_EINTR,
  LOCKS = FAULT_ENOLCK | FAULT_EINTR,
  OPENS = 1 << FAULT_COUNT,         /* as its flags say */
  IS_FCNTL = 1 << (FAULT_COUNT + 1) /* only where it locks */
};

struct row {
  long number;
  const char* name;
  enum object object;
  bool changes;
  unsigned faults;
  int length_argument; /* 0: it has none that could be halved */
};

#define CALL(name) SYS_##name, #name
static const struct row rows[] = {
#ifdef SYS_open /* not on newer processors, as the others of this kind */
    {CALL(open), PATH_0, false, OPENS, 0},
    {CALL(creat), PATH_0, true, MAKES, 0},
    {CALL(stat), PATH_0, false, READS, 0},
    {CALL(lstat), PATH_0, false, READS, 0},
    {CALL(access), PATH_0, false, READS, 0},
    {CALL(readlink), PATH_0, false, READS, 0},
    {CALL(mkdir), PATH_0, true, MAKES, 0},
    {CALL(rmdir), PATH_0, true, CHANGES, 0},
    {CALL(unlink), PATH_0, true, CHANGES, 0},
    {CALL(rename), PATH_1, true, MAKES, 0},
    {CALL(link), PATH_1, true, MAKES, 0},
    {CALL(symlink), PATH_1, true, MAKES, 0},
    {CALL(chmod), PATH_0, true, CHANGES, 0},
    {CALL(chown), PATH_0, true, CHANGES, 0},
    {CALL(lchown), PATH_0, true, CHANGES, 0},
#endif
#ifdef SYS_renameat
    {CALL(renameat), AT_2, true, MAKES, 0},
#endif
#ifdef SYS_fchmodat2
    {CALL(fchmodat2), AT_0, true, CHANGES, 0},
#endif
#ifdef SYS_newfstatat
    {CALL(newfstatat), AT_0, false, READS, 0},
#endif
    {CALL(openat), AT_0, false, OPENS, 0},
    {CALL(openat2), AT_0, false, OPENS, 0},
    {CALL(statx), AT_0, false, READS, 0},
    {CALL(fstat), FD_0, false, READS, 0},
    {CALL(faccessat), AT_0, false, READS, 0},
    {CALL(faccessat2), AT_0, false, READS, 0},
    {CALL(readlinkat), AT_0, false, READS, 0},
    {CALL(getdents64), FD_0, false, READS, 0},
    {CALL(read), FD_0, false, READS, 0},
    {CALL(pread64), FD_0, false, READS, 0},
    {CALL(readv), FD_0, false, READS, 0},
    {CALL(mkdirat), AT_0, true, MAKES, 0},
    {CALL(mknodat), AT_0, true, MAKES, 0},
    {CALL(renameat2), AT_2, true, MAKES, 0},
    {CALL(linkat), AT_2, true, MAKES, 0},
    {CALL(symlinkat), AT_1, true, MAKES, 0},
    {CALL(unlinkat), AT_0, true, CHANGES, 0},
    {CALL(fchmod), FD_0, true, CHANGES, 0},
    {CALL(fchmodat), AT_0, true, CHANGES, 0},
    {CALL(fchown), FD_0, true, CHANGES, 0},
    {CALL(fchownat), AT_0, true, CHANGES, 0},
    {CALL(utimensat), AT_0, true, CHANGES, 0},
    {CALL(fsetxattr), FD_0, true, MAKES, 0},
    {CALL(write), FD_0, true, WRITES, 2},
    {CALL(pwrite64), FD_0, true, WRITES, 2},
    {CALL(writev), FD_0, true, WRITES, 2}, /* of the pieces */
    {CALL(copy_file_range), FD_2, true, WRITES, 4},
    {CALL(sendfile), FD_0, true, WRITES, 3},
    {CALL(ftruncate), FD_0, true, FAULT_EIO | FAULT_EINTR, 0},
    {CALL(truncate), PATH_0, true, CHANGES, 0},
    {CALL(fallocate), FD_0, true, WRITES, 0},
    {CALL(fsync), FD_0, true, SYNCS, 0},
    {CALL(fdatasync), FD_0, true, SYNCS, 0},
    {CALL(syncfs), FD_0, true, SYNCS, 0},
    {CALL(flock), FD_0, true, LOCKS, 0},
    {CALL(fcntl), FD_0, true, LOCKS | IS_FCNTL, 0},
};

static bool read_bytes(pid_t thread, uint64_t address, void* bytes, size_t size) {
  struct iovec here = {bytes, size},
               there = {(void*)(uintptr_t)address, size}; // NOLINT(performance-no-int-to-ptr)
  return process_vm_readv(thread, &here, 1, &there, 1, 0) == (ssize_t)size;
}

/* A path of that process; "" when it has none there. By small steps: the page behind it may be
 * missing. */
static void read_path(pid_t thread, uint64_t address, char path[PATH_MAX]) {
  enum { STEP = 64 };
  path[0] = '\0';
  for (size_t size = 0; address != 0 && size < PATH_MAX - STEP;) {
    size_t step = STEP - (address + size) % STEP;
    if (!read_bytes(thread, address + size, path + size, step)) break;
    if (memchr(path + size, '\0', step) != NULL) return;
    size += step;
  }
  path[0] = '\0';
}

static void read_proc_link(pid_t thread, const char* name, char path[PATH_MAX]) {
  char link[64];
  (void)snprintf(link, sizeof link, "/proc/%d/%s", (int)thread, name);
  ssize_t size = readlink(link, path, PATH_MAX - 1);
  path[size < 0 ? 0 : size] = '\0';
}

static void path_of_descriptor(pid_t thread, int descriptor, char path[PATH_MAX]) {
  char name[32];
  (void)snprintf(name, sizeof name, "fd/%d", descriptor);
  read_proc_link(thread, descriptor == AT_FDCWD ? "cwd" : name, path);
}

/* Where a path of the process leads, as far as its beginning tells; relative ones begin at the
 * directory. */
static void resolve(pid_t thread, int directory, uint64_t address, char path[PATH_MAX]) {
  static const char own[] = "/proc/self/fd/";
  char given[PATH_MAX];
  int descriptor = -1;
  read_path(thread, address, given);
  if (strncmp(given, own, sizeof own - 1) == 0 &&
      sscanf(given + sizeof own - 1, "%d", &descriptor) == 1)
    path_of_descriptor(thread, descriptor, path);
  else if (given[0] == '/')
    strcpy(path, given);
  else
    path_of_descriptor(thread, directory, path);
}

static void path_of_object(pid_t thread, const struct system_call* call, enum object object,
                           char path[PATH_MAX]) {
  const uint64_t* arguments = call->arguments;
  switch (object) {
  case FD_0:
    path_of_descriptor(thread, (int)arguments[0], path);
    return;
  case FD_2:
    path_of_descriptor(thread, (int)arguments[2], path);
    return;
  case PATH_0:
    resolve(thread, AT_FDCWD, arguments[0], path);
    return;
  case PATH_1:
    resolve(thread, AT_FDCWD, arguments[1], path);
    return;
  case AT_0:
    resolve(thread, (int)arguments[0], arguments[1], path);
    return;
  case AT_1:
    resolve(thread, (int)arguments[1], arguments[2], path);
    return;
  case AT_2:
    resolve(thread, (int)arguments[2], arguments[3], path);
    return;
  }
}

static bool is_below(const char* path, const char* directory) {
  size_t size = strlen(directory);
  return strncmp(path, directory, size) == 0 && (path[size] == '/' || path[size] == '\0');
}

static uint64_t flags_of_open(pid_t thread, const struct system_call* call) {
  uint64_t flags = 0; /* the first field of openat2's structure */
  if (call->number == SYS_openat) return call->arguments[2];
  if (call->number != SYS_openat2) return call->arguments[1];
  return read_bytes(thread, call->arguments[2], &flags, sizeof flags) ? flags : 0;
}

static bool is_lock(uint64_t command) {
  return command == F_SETLK || command == F_SETLKW || command == F_OFD_SETLK ||
         command == F_OFD_SETLKW;
}

static void look_at_open(uint64_t flags, struct file_call* found) {
  bool makes = (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
  found->changes = makes || (flags & O_TRUNC) != 0;
  found->faults = READS | FAULT_EINTR;
  if (makes || (flags & O_ACCMODE) != O_RDONLY) found->faults |= FAULT_EROFS;
  if (makes) found->faults |= MAKES;
}

bool look_at_call(pid_t thread, const struct system_call* call, const char* below,
                  struct file_call* found) {
  const struct row* row = rows;
  const struct row* end = rows + sizeof rows / sizeof rows[0];
  while (row != end && (uint64_t)row->number != call->number)
    ++row;
  if (row == end || ((row->faults & IS_FCNTL) != 0 && !is_lock(call->arguments[1]))) return false;
  char path[PATH_MAX];
  path_of_object(thread, call, row->object, path);
  if (!is_below(path, below)) return false;
  *found = (struct file_call){row->name, row->changes, row->faults & ~(unsigned)IS_FCNTL,
                              row->length_argument};
  if ((row->faults & OPENS) != 0) look_at_open(flags_of_open(thread, call), found);
  if (row->length_argument != 0 && call->arguments[row->length_argument] >= 2)
    found->faults |= FAULT_SHORT;
  return true;
}
