/* stage.c: the launching stage, which is installed as bin/hdist (DESIGN.md 12). Static, libc only,
   so that it decides before anything else loads.

   It reads the config and, if that names another program under `hdist`, becomes that one: an old
   profile in PATH always leads to the current hdist. Else it becomes its own program,
   ../lib/<name>/<name>. What it cannot read it leaves to that program, which says what is wrong.

   exit: 2 the program that the config names cannot be run; 3 it is refused, because others could
   change it; 125 either, where the command is `run`, whose other codes are those of what it runs.
   Everything that would let another user choose the program is looked at here: owner
   and mode of the config and of each part of the program's path.

   Against loops: <PREFIX>LAUNCHED=<pid>:<start time> stands in the environment of the program that
   is launched, and of what it starts until a hdist takes it out. Whoever finds itself, or a process
   that it descends from, in it was launched already, and goes no further. */
#define _GNU_SOURCE
#include "complaint.h"
#include "settings.h"
#include "trust.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_FILE = 1 << 20 };

/* What a brand changes; share/<name>/brand.json has other values than these. */
struct brand {
  char name[TEXT_SIZE]; /* of the command, and of the key in the config */
  char env_prefix[TEXT_SIZE];
  char config_file[TEXT_SIZE];
  char old_config_file[TEXT_SIZE];
  char system_config_file[TEXT_SIZE];
  char section[TEXT_SIZE];
};

struct place {
  char self[PATH_MAX];
  char prefix[PATH_MAX];
  char own[PATH_MAX * 2]; /* the program proper */
  struct brand brand;
};

/* The program that the config names, and where it does. */
struct target {
  char path[PATH_MAX * 2]; /* empty: none */
  char origin[PATH_MAX * 2];
  char option[PATH_MAX * 2 + 16]; /* " --config FILE" when that says it, in which it is changed */
};

struct options {
  const char* config; /* --config; NULL: not given */
  const char* directory;
  bool json;           /* --json */
  const char* command; /* its name; NULL: none is given */
};

/* ---- the guard against loops ---- */

/* Start time and parent of a process; false when there is none. */
static bool process_times(const char* pid, unsigned long long* start, char parent[32]) {
  char path[64];
  char text[1024];
  (void)snprintf(path, sizeof path, "/proc/%.32s/stat", pid);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  ssize_t size = read(fd, text, sizeof text - 1);
  (void)close(fd);
  if (size <= 0) return false;
  text[size] = '\0';
  char* at = strrchr(text, ')'); /* the name before it may hold anything */
  if (at == NULL) return false;
  char* save = NULL;
  char* field = strtok_r(at + 1, " ", &save); /* field 3 of proc(5) */
  for (int number = 3; field != NULL && number < 22; ++number) {
    if (number == 4) (void)snprintf(parent, 32, "%s", field);
    field = strtok_r(NULL, " ", &save);
  }
  if (field == NULL) return false;
  *start = strtoull(field, NULL, 10);
  return true;
}

static void guard_name(const struct brand* brand, char name[TEXT_SIZE + 16]) {
  (void)snprintf(name, TEXT_SIZE + 16, "%sLAUNCHED", brand->env_prefix);
}

/* Whether this process, or one that it descends from, was launched by a stage. The latter is the
   case where the config names a script that calls us again. */
static bool is_launched(const struct brand* brand) {
  enum { MAX_ANCESTORS = 32 };
  char name[TEXT_SIZE + 16];
  char pid[32];
  char parent[32] = "";
  guard_name(brand, name);
  const char* value = getenv(name);
  if (value == NULL) return false;
  (void)snprintf(pid, sizeof pid, "%d", (int)getpid());
  for (int i = 0; i < MAX_ANCESTORS && strcmp(pid, "0") != 0; ++i) {
    unsigned long long start = 0;
    char entry[96];
    if (!process_times(pid, &start, parent)) return false;
    (void)snprintf(entry, sizeof entry, "%s:%llu", pid, start);
    if (strcmp(entry, value) == 0) return true;
    memcpy(pid, parent, sizeof pid);
  }
  return false;
}

static void set_guard(const struct brand* brand) {
  char name[TEXT_SIZE + 16];
  char parent[32];
  char value[96];
  unsigned long long start = 0;
  guard_name(brand, name);
  (void)snprintf(value, sizeof value, "%d", (int)getpid());
  if (!process_times(value, &start, parent)) return;
  (void)snprintf(value, sizeof value, "%d:%llu", (int)getpid(), start);
  (void)setenv(name, value, 1);
}

/* ---- where we are, and what we are called ---- */

/* A file's text (to be freed), NULL when it is none that can be read. `info` is of what was read.
 */
static char* read_text(const char* path, struct stat* info) {
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return NULL;
  char* text = NULL;
  if (fstat(fd, info) == 0 && S_ISREG(info->st_mode) && info->st_size <= MAX_FILE)
    text = calloc((size_t)info->st_size + 1, 1);
  size_t size = 0;
  while (text != NULL && size < (size_t)info->st_size) {
    ssize_t got = read(fd, text + size, (size_t)info->st_size - size);
    if (got <= 0) break;
    size += (size_t)got;
  }
  (void)close(fd);
  return text;
}

static bool set_text(char to[TEXT_SIZE], const char* json, const char* key) {
  return json_value(json, NULL, key, to);
}

static bool read_brand(struct place* place, struct complaint* why_not) {
  struct brand* brand = &place->brand;
  char path[PATH_MAX * 3];
  (void)snprintf(path, sizeof path, "%s/share/%s/brand.json", place->prefix, brand->name);
  struct stat info;
  char* json = read_text(path, &info);
  if (json == NULL) {
    if (strcmp(brand->name, "hdist") == 0) {
      (void)strcpy(brand->env_prefix, "HDIST_");
      (void)strcpy(brand->config_file, "~/.hashdistconfig");
      (void)strcpy(brand->old_config_file, "~/.hashdistrc");
      (void)strcpy(brand->system_config_file, "/etc/hashdistconfig");
      (void)strcpy(brand->section, "hashdist");
      return true;
    }
    why_not->code = "launch.no-brand";
    (void)snprintf(why_not->message, MESSAGE_SIZE, "its description %s cannot be read: %s", path,
                   strerror(errno));
    return false;
  }
  bool read = set_text(brand->env_prefix, json, "env_prefix") &&
              set_text(brand->config_file, json, "config_file") &&
              set_text(brand->old_config_file, json, "old_config_file") &&
              set_text(brand->system_config_file, json, "system_config_file") &&
              set_text(brand->section, json, "config_section");
  free(json);
  why_not->code = "launch.bad-brand";
  (void)snprintf(why_not->message, MESSAGE_SIZE, "%s is no description of this program", path);
  return read;
}

/* `why_not` is said when it is false. */
static bool find_place(struct place* place, struct complaint* why_not) {
  ssize_t size = readlink("/proc/self/exe", place->self, sizeof place->self - 1);
  char* slash = size > 0 ? strrchr(place->self, '/') : NULL;
  if (slash == NULL) {
    why_not->code = "launch.no-proc";
    (void)snprintf(why_not->message, MESSAGE_SIZE,
                   "cannot find its own program: /proc/self/exe: %s", strerror(errno));
    return false;
  }
  (void)snprintf(place->brand.name, TEXT_SIZE, "%.255s", slash + 1);
  why_not->program = place->brand.name;
  (void)memcpy(place->prefix, place->self, (size_t)(slash - place->self));
  slash = strrchr(place->prefix, '/');
  if (slash != NULL) *slash = '\0';
  (void)snprintf(place->own, sizeof place->own, "%s/lib/%.255s/%.255s", place->prefix,
                 place->brand.name, place->brand.name);
  return read_brand(place, why_not);
}

/* ---- the command line: the global options that say where settings are ---- */

static struct options read_options(char** words) {
  struct options options = {NULL, NULL, false, NULL};
  for (; *words != NULL && strcmp(*words, "--") != 0; ++words) {
    const char* word = *words;
    const char* next = words[1];
    bool takes_next = false;
    if (strncmp(word, "--config=", 9) == 0) {
      options.config = word + 9;
    } else if (strcmp(word, "--config") == 0) {
      options.config = next;
      takes_next = true;
    } else if (strncmp(word, "--directory=", 12) == 0) {
      options.directory = word + 12;
    } else if (strcmp(word, "--directory") == 0 || strcmp(word, "-C") == 0) {
      options.directory = next;
      takes_next = true;
    } else if (strncmp(word, "-C", 2) == 0 && word[2] != '\0') {
      options.directory = word + 2;
    } else if (strcmp(word, "--jobs") == 0 || strcmp(word, "-j") == 0 ||
               strcmp(word, "--events") == 0) {
      takes_next = true;
    } else if (strcmp(word, "--json") == 0) {
      options.json = true;
    } else if (*word != '-' && options.command == NULL) {
      options.command = word;
    }
    if (takes_next && next != NULL) ++words;
  }
  return options;
}

/* ---- the config ---- */

static const char* variable(const struct brand* brand, const char* name) {
  char whole[TEXT_SIZE + 16];
  (void)snprintf(whole, sizeof whole, "%s%s", brand->env_prefix, name);
  const char* value = getenv(whole);
  return value == NULL ? "" : value;
}

/* What `~` stands for; empty when it is not known, or not absolute. */
static void find_home(const struct brand* brand, char home[TEXT_SIZE]) {
  const char* value = variable(brand, "HOME");
  if (*value == '\0') value = getenv("HOME");
  home[0] = '\0';
  if (value != NULL && *value != '\0') {
    if (*value == '/' && strlen(value) < TEXT_SIZE) memcpy(home, value, strlen(value) + 1);
    return;
  }
  FILE* file = fopen("/etc/passwd", "re");
  char line[2048];
  while (file != NULL && home[0] == '\0' && fgets(line, sizeof line, file) != NULL) {
    char* fields[7] = {line};
    int count = 1;
    for (char* c = line; *c != '\0' && count < 7; ++c)
      if (*c == ':') {
        *c = '\0';
        fields[count++] = c + 1;
      }
    if (count == 7 && strtoul(fields[2], NULL, 10) == getuid() && fields[5][0] == '/')
      (void)snprintf(home, TEXT_SIZE, "%s", fields[5]);
  }
  if (file != NULL) (void)fclose(file);
}

/* `path` with `~`, from `base` when relative; empty when it stands for nothing. */
static void absolute(const char* path, const char* home, const char* base, char* result,
                     size_t size) {
  result[0] = '\0';
  if (path[0] == '/')
    (void)snprintf(result, size, "%s", path);
  else if (path[0] == '~' && path[1] == '/' && *home != '\0')
    (void)snprintf(result, size, "%s/%s", home, path + 2);
  else if (path[0] != '~' && path[0] != '\0' && *base != '\0')
    (void)snprintf(result, size, "%s/%s", base, path);
}

/* Whether the site's policy holds `name`: then only its own file counts. */
static bool has_policy(const char* text, const char* name) {
  char list[TEXT_SIZE];
  int line = 0;
  if (!ini_value(text, "site", "policy", list, &line)) return false;
  char* save = NULL;
  for (char* item = strtok_r(list, ", \t", &save); item != NULL;
       item = strtok_r(NULL, ", \t", &save))
    if (strcmp(item, name) == 0) return true;
  return false;
}

enum found { NO_FILE, IS_FILE, HAS_POLICY };

/* The target of one config file, if it names one; a file that is not trusted names none. */
static enum found read_config(const struct brand* brand, const char* path, const char* home,
                              struct target* target) {
  struct stat info;
  char problem[256];
  char value[TEXT_SIZE];
  char real[PATH_MAX];
  char name[TEXT_SIZE * 2];
  int line = 0;
  char* text = read_text(path, &info);
  if (text == NULL) return access(path, F_OK) == 0 ? IS_FILE : NO_FILE;
  enum found found = IS_FILE;
  if (is_trusted(&info, problem, sizeof problem) && realpath(path, real) != NULL) {
    if (ini_value(text, brand->section, brand->name, value, &line)) {
      *strrchr(real, '/') = '\0';
      absolute(value, home, *real == '\0' ? "/" : real, target->path, sizeof target->path);
      (void)snprintf(target->origin, sizeof target->origin, "%s:%d", path, line);
    }
    (void)snprintf(name, sizeof name, "%s.%s", brand->section, brand->name);
    if (has_policy(text, name)) found = HAS_POLICY;
  }
  free(text);
  return found;
}

static void read_json(const struct brand* brand, const char* text, const char* home,
                      struct target* target) {
  char value[TEXT_SIZE];
  char own_home[TEXT_SIZE];
  if (json_value(text, NULL, "home", own_home)) home = own_home;
  target->path[0] = '\0';
  if (!json_value(text, brand->section, brand->name, value)) return;
  absolute(value, home, "", target->path, sizeof target->path);
  (void)snprintf(target->origin, sizeof target->origin, "$%sCONFIG", brand->env_prefix);
}

/* A file that was named counts alone. */
static void read_named(const struct place* place, const char* path, const char* directory,
                       const char* home, struct target* target) {
  char whole[PATH_MAX * 2];
  target->path[0] = '\0';
  if (path[0] == '/' || directory == NULL)
    (void)snprintf(whole, sizeof whole, "%s", path);
  else
    (void)snprintf(whole, sizeof whole, "%s/%s", directory, path);
  (void)read_config(&place->brand, whole, home, target);
  const char* quote = strpbrk(whole, " \t\"$`\\&;()<>|*?[]#~") == NULL ? "" : "'";
  (void)snprintf(target->option, sizeof target->option, " --config %s%s%s", quote, whole, quote);
}

/* Config::load of src/config/config.h has the same order. */
static void find_target(const struct place* place, const struct options* options,
                        struct target* target) {
  const struct brand* brand = &place->brand;
  const char* given = variable(brand, "CONFIG");
  char home[TEXT_SIZE];
  char path[PATH_MAX * 2];
  find_home(brand, home);
  absolute(brand->system_config_file, home, "", path, sizeof path);
  if (read_config(brand, path, home, target) == HAS_POLICY) return;
  if (options->config != NULL) {
    read_named(place, options->config, options->directory, home, target);
  } else if (*given == '{') {
    read_json(brand, given, home, target);
  } else if (*given != '\0') {
    read_named(place, given, options->directory, home, target);
  } else {
    absolute(brand->config_file, home, "", path, sizeof path);
    if (read_config(brand, path, home, target) != NO_FILE) return;
    absolute(brand->old_config_file, home, "", path, sizeof path);
    (void)read_config(brand, path, home, target);
  }
}

/* ---- becoming a program: each returns only when that fails, and has said in `why_not` why ---- */

static void become_own(const struct place* place, char** argv, struct complaint* why_not) {
  char name[TEXT_SIZE + 16];
  guard_name(&place->brand, name);
  (void)unsetenv(name);
  execv(place->own, argv);
  why_not->code = "launch.incomplete";
  (void)snprintf(why_not->message, MESSAGE_SIZE, "cannot run %s: %s", place->own, strerror(errno));
  (void)snprintf(why_not->advice[0], MESSAGE_SIZE, "install %s again; this file belongs to it",
                 place->brand.name);
}

static bool is_file(const char* path, const struct stat* info) {
  struct stat other;
  return stat(path, &other) == 0 && other.st_dev == info->st_dev && other.st_ino == info->st_ino;
}

static void advise_other(const struct place* place, const struct target* target,
                         char advice[MESSAGE_SIZE]) {
  (void)snprintf(advice, MESSAGE_SIZE, "to use this one: %s%s config set %s.%s %s", place->own,
                 target->option, place->brand.section, place->brand.name, place->self);
}

static void say_cannot_run(const struct place* place, const struct target* target,
                           const char* problem, struct complaint* why_not) {
  why_not->code = "launch.cannot-run";
  (void)snprintf(why_not->message, MESSAGE_SIZE,
                 "%s names %s as the %s to run, which cannot be run: %s", target->origin,
                 target->path, place->brand.name, problem);
  advise_other(place, target, why_not->advice[0]);
}

static void launch(const struct place* place, const struct target* target, char** argv,
                   struct complaint* why_not) {
  static struct checked_program program; /* too large for small stacks */
  switch (check_program(target->path, &program)) {
  case TRUSTED:
    break;
  case MISSING:
    say_cannot_run(place, target, program.problem, why_not);
    return;
  case UNTRUSTED:
    why_not->code = "launch.untrusted";
    why_not->exit_code = EXIT_REFUSED;
    (void)snprintf(why_not->message, MESSAGE_SIZE,
                   "refused to run %s, which %s names: others could change it: %s", target->path,
                   target->origin, program.problem);
    (void)snprintf(why_not->advice[0], MESSAGE_SIZE,
                   "if all of it is meant to be yours alone, take away the others' right to write");
    advise_other(place, target, why_not->advice[1]);
    return;
  }
  if (is_file(place->self, &program.info) || is_file(place->own, &program.info)) {
    become_own(place, argv, why_not);
    return;
  }
  set_guard(&place->brand);
  execv(program.path, argv);
  say_cannot_run(place, target, strerror(errno), why_not);
}

int main(int argc, char** argv) {
  static struct place place;
  static struct target target;
  static struct complaint why_not = {.program = "hdist", .exit_code = EXIT_USAGE};
  if (argc < 1) return EXIT_USAGE;
  const struct options options = read_options(argv + 1);
  why_not.is_of_run = options.command != NULL && strcmp(options.command, "run") == 0;
  if (getauxval(AT_SECURE) != 0) {
    why_not.code = "launch.set-id";
    why_not.exit_code = EXIT_REFUSED;
    (void)snprintf(why_not.message, MESSAGE_SIZE,
                   "refused to run with the rights of another user (set-user-ID, set-group-ID or "
                   "capabilities of the file)");
    return complain(&why_not, options.json);
  }
  if (!find_place(&place, &why_not)) return complain(&why_not, options.json);
  if (!is_launched(&place.brand)) find_target(&place, &options, &target);
  if (target.path[0] == '\0')
    become_own(&place, argv, &why_not);
  else
    launch(&place, &target, argv, &why_not);
  return complain(&why_not, options.json);
}
