/* trust.h: whether others than the user could change what would be run (DESIGN.md 12). */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

enum { PROBLEM_SIZE = 2 * PATH_MAX + 512 }; /* a path in the making, and why */
enum verdict { TRUSTED, MISSING, UNTRUSTED };

/* Whether this file or directory is root's or the effective user's, and nobody else may write to
   it. If not, `problem` says why: "it belongs to user 1001". */
bool is_trusted(const struct stat* info, char* problem, size_t size);

/* Follows `path` link by link: every directory on the way, every link and the program itself must
   be trusted; a directory that all may write to is, when it is root's and sticky. `problem` names
   the part. When it is trusted, `path` is without links and `info` the program's. */
struct checked_program {
  char path[PATH_MAX];
  struct stat info;
  char problem[PROBLEM_SIZE];
};
enum verdict check_program(const char* path, struct checked_program* program);
