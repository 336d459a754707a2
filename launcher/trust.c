/* trust.c: see trust.h. The group rule is that of src/config/trust.cc, by the local files alone: a
   static program cannot ask directory services. */
#define _GNU_SOURCE
#include "trust.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The first line of a colon-separated file whose field `which` (from 0) is `value`. */
static bool find_line(const char* path, int which, const char* value, char* line, int size) {
  FILE* file = fopen(path, "re");
  bool found = false;
  while (file != NULL && !found && fgets(line, size, file) != NULL) {
    char* field = line;
    for (int i = 0; i < which && field != NULL; ++i) {
      field = strchr(field, ':');
      if (field != NULL) ++field;
    }
    found = field != NULL && strncmp(field, value, strlen(value)) == 0 &&
            strchr(":\n", field[strlen(value)]) != NULL;
  }
  if (file != NULL) (void)fclose(file);
  return found;
}

/* Whether the group is called like the user and has no other member. */
static bool is_own_group(gid_t group) {
  char user_line[1024];
  char group_line[4096];
  char number[32];
  (void)snprintf(number, sizeof number, "%u", geteuid());
  if (!find_line("/etc/passwd", 2, number, user_line, sizeof user_line)) return false;
  (void)snprintf(number, sizeof number, "%u", group);
  if (!find_line("/etc/group", 2, number, group_line, sizeof group_line)) return false;
  if (strchr(group_line, '\n') == NULL) return false; /* longer than we read */
  size_t size = strcspn(user_line, ":") + 1;
  if (strncmp(user_line, group_line, size) != 0) return false;
  user_line[size - 1] = '\0';
  const char* members = strrchr(group_line, ':') + 1;
  return *members == '\n' ||
         (strncmp(members, user_line, size - 1) == 0 && members[size - 1] == '\n');
}

bool is_trusted(const struct stat* info, char* problem, size_t size) {
  if (info->st_uid != 0 && info->st_uid != geteuid()) {
    (void)snprintf(problem, size, "it belongs to user %u", info->st_uid);
    return false;
  }
  if (S_ISLNK(info->st_mode)) return true; /* its mode says nothing */
  bool is_sticky = S_ISDIR(info->st_mode) && info->st_uid == 0 && (info->st_mode & S_ISVTX) != 0;
  if (is_sticky) return true;
  if ((info->st_mode & S_IWOTH) != 0) {
    (void)snprintf(problem, size, "everybody may write to it");
    return false;
  }
  if ((info->st_mode & S_IWGRP) != 0 && !is_own_group(info->st_gid)) {
    (void)snprintf(problem, size, "its group %u may write to it", info->st_gid);
    return false;
  }
  return true;
}

struct walk {
  char done[PATH_MAX]; /* without links; "" stands for the root */
  char rest[PATH_MAX];
  int links;
};

static enum verdict missing(const char* path, int error, char* problem, size_t size) {
  (void)snprintf(problem, size, "%s: %s", path, strerror(error));
  return MISSING;
}

/* Puts the target of the link `path` in front of what is left. */
static int follow_link(struct walk* walk, const char* path) {
  char target[PATH_MAX];
  ssize_t length = readlink(path, target, sizeof target);
  if (length < 0) return errno;
  if (++walk->links > 40) return ELOOP;
  if ((size_t)length + 1 + strlen(walk->rest) >= sizeof walk->rest) return ENAMETOOLONG;
  memmove(walk->rest + length + 1, walk->rest, strlen(walk->rest) + 1);
  memcpy(walk->rest, target, (size_t)length);
  walk->rest[length] = '/';
  if (target[0] == '/') walk->done[0] = '\0';
  return 0;
}

/* Cuts the next part off walk->rest; false at the end. */
static bool next_part(struct walk* walk, char part[PATH_MAX]) {
  size_t start = strspn(walk->rest, "/");
  size_t size = strcspn(walk->rest + start, "/");
  memcpy(part, walk->rest + start, size);
  part[size] = '\0';
  memmove(walk->rest, walk->rest + start + size, strlen(walk->rest + start + size) + 1);
  return size > 0;
}

enum verdict check_program(const char* path, struct checked_program* program) {
  static struct walk walk; /* too large for small stacks */
  static char candidate[PATH_MAX + PATH_MAX];
  struct stat* info = &program->info;
  char* problem = program->problem;
  const size_t size = sizeof program->problem;
  char part[PATH_MAX];
  char why[256];
  walk.done[0] = '\0';
  walk.links = 0;
  if (strlen(path) >= sizeof walk.rest) return missing(path, ENAMETOOLONG, problem, size);
  memcpy(walk.rest, path, strlen(path) + 1);
  if (lstat("/", info) != 0) return missing("/", errno, problem, size);
  (void)strcpy(candidate, "/");
  for (;;) {
    if (!is_trusted(info, why, sizeof why)) {
      (void)snprintf(problem, size, "%s: %s", candidate, why);
      return UNTRUSTED;
    }
    if (!next_part(&walk, part)) break;
    if (!S_ISDIR(info->st_mode)) return missing(candidate, ENOTDIR, problem, size);
    if (strcmp(part, ".") == 0) continue;
    if (strcmp(part, "..") == 0) {
      char* slash = strrchr(walk.done, '/');
      if (slash != NULL) *slash = '\0';
      part[0] = '\0'; /* the directory above was looked at on the way here */
    }
    (void)snprintf(candidate, sizeof candidate, "%s/%s", walk.done, part);
    if (strlen(candidate) >= sizeof walk.done) return missing(path, ENAMETOOLONG, problem, size);
    if (lstat(candidate, info) != 0) return missing(candidate, errno, problem, size);
    if (S_ISLNK(info->st_mode)) {
      if (!is_trusted(info, why, sizeof why)) {
        (void)snprintf(problem, size, "%s: %s", candidate, why);
        return UNTRUSTED;
      }
      int error = follow_link(&walk, candidate);
      if (error != 0) return missing(candidate, error, problem, size);
      (void)snprintf(candidate, sizeof candidate, "%s/", walk.done);
      if (lstat(candidate, info) != 0) return missing(candidate, errno, problem, size);
      continue;
    }
    if (part[0] != '\0') memcpy(walk.done, candidate, strlen(candidate) + 1);
  }
  (void)snprintf(program->path, sizeof program->path, "%s", walk.done[0] == '\0' ? "/" : walk.done);
  if (!S_ISREG(info->st_mode))
    return missing(path, S_ISDIR(info->st_mode) ? EISDIR : EACCES, problem, size);
  if (access(program->path, X_OK) != 0) return missing(path, errno, problem, size);
  return TRUSTED;
}
