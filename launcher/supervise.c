/* supervise.c: run one job and leave none of its processes behind (DESIGN.md 6, rule 4). Static,
   libc only.

   usage: supervise automatic|subreaper|helper|terminal PROGRAM ARGV0 [ARG...]

   A helper is a program that works for the caller, as git does: it is watched like a job under
   "subreaper", keeps the caller's umask, limits and privileges, and is asked by SIGTERM before it
   is killed, so that it can take its lock files away. A job in a "terminal" is watched like one
   under "subreaper"; it stays in the caller's session and process group, so that it has the
   caller's terminal and gets what is typed there; the supervisors pass over the interrupting keys.

   Descriptors: 0, 1, 2 are the job's; 3 is a stream socket whose other end only the caller holds.
   From the caller: "t" asks for SIGTERM to the job's process group; end of file (the caller closed
   it, or died) means: kill everything. To the caller, one line each:

     isolation pid-namespace|subreaper
     inner PID                          as the caller numbers processes; before the job exists
     exec ERRNO                         the program could not be executed
     fork ERRNO                         the job could not be forked
     exit WAIT-STATUS                   of the job; of the inner supervisor when that was killed
     usage CPU-MICROSECONDS PEAK-KIB    the last line: nothing of the job is left

   The caller that sees this program end without "usage" knows that it was killed.

   Two supervisors, so that any one of them may be killed together with the caller:

     caller -- outer -- inner -- job -- ...

   The inner one is PID 1 of a PID namespace, where that works fully: the kernel kills the rest of
   the namespace when it ends, and kills it when the outer one ends. Elsewhere both are child
   subreapers: orphans of the job become children of the inner one, or of the outer one after the
   inner one's death; whichever is left kills until it has no child. The job itself is not PID 1,
   which would change what signals do to it. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LINK = 3, SETUP_FAILED = 101 };

__attribute__((format(printf, 1, 2))) static void report(const char* format, ...) {
  char line[160];
  va_list args;
  va_start(args, format);
  int size = vsnprintf(line, sizeof line, format, args);
  va_end(args);
  while (send(LINK, line, (size_t)size, MSG_NOSIGNAL) < 0 && errno == EINTR) {
  }
}

/* ---- waiting: SIGCHLD is blocked except inside ppoll, so no death is missed ---- */

static void on_child(int signal_number) {
  (void)signal_number;
}

static void catch_child_signals(void) {
  struct sigaction action = {.sa_handler = on_child};
  sigset_t blocked;
  sigaction(SIGCHLD, &action, NULL);
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGCHLD);
  sigprocmask(SIG_SETMASK, &blocked, NULL);
}

/* Until a child changes, a descriptor has something, or the time is over. */
static void wait_event(struct pollfd* fds, nfds_t count, const struct timespec* limit) {
  sigset_t none;
  sigemptyset(&none);
  if (ppoll(fds, count, limit, &none) <= 0)
    for (nfds_t i = 0; i < count; ++i)
      fds[i].revents = 0;
}

static bool peer_is_gone(const struct pollfd* fd) {
  return (fd->revents & (POLLHUP | POLLRDHUP | POLLERR | POLLNVAL)) != 0;
}

/* ---- killing ---- */

/* A child keeps its numbers until it is reaped, so no other process can be hit. */
static void kill_child(pid_t child) {
  pid_t group = getpgid(child);
  kill(child, SIGKILL);
  /* A whole group dies at once, before any member of it can fork: this ends fork bombs. The job
     began a session, so a group of a descendant has only descendants; except our own, where the job
     was before that. */
  if (group > 1 && group != getpgrp()) kill(-group, SIGKILL);
}

/* False where the kernel has no such list (CONFIG_PROC_CHILDREN). */
static bool kill_listed_children(void) {
  FILE* list = fopen("/proc/thread-self/children", "re");
  if (list == NULL) return false;
  for (int child; fscanf(list, "%d", &child) == 1;)
    kill_child((pid_t)child);
  fclose(list);
  return true;
}

static pid_t parent_of(const char* pid) {
  char path[40], text[512];
  snprintf(path, sizeof path, "/proc/%.20s/stat", pid);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  ssize_t size = read(fd, text, sizeof text - 1);
  close(fd);
  text[size > 0 ? size : 0] = 0;
  const char* name_end = strrchr(text, ')'); /* the name before it may contain anything */
  int parent = 0;
  return name_end != NULL && sscanf(name_end + 1, " %*c %d", &parent) == 1 ? parent : 0;
}

static void kill_found_children(void) {
  DIR* proc = opendir("/proc");
  if (proc == NULL) return;
  for (struct dirent* entry; (entry = readdir(proc)) != NULL;)
    if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' && parent_of(entry->d_name) == getpid())
      kill_child((pid_t)atoi(entry->d_name));
  closedir(proc);
}

/* The children of a dead child become ours: so it is enough to kill children until there are none.
   No list of all descendants, which would be out of date before it is complete. */
static void kill_descendants(void) {
  for (unsigned rounds = 0;; ++rounds) {
    pid_t reaped;
    while ((reaped = waitpid(-1, NULL, WNOHANG | __WALL)) > 0) {
    }
    if (reaped < 0 && errno == ECHILD) return;
    if (!kill_listed_children()) kill_found_children();
    /* Until one has died; not long, to keep up with those that fork. What hangs in the kernel may
     * take its time. */
    wait_event(NULL, 0, &(struct timespec){.tv_nsec = rounds < 1000 ? 200000 : 20000000});
  }
}

/* ---- the job ---- */

struct mode {
  bool namespaced, helper, terminal;
};

/* So that a write-protected file protects, and archives cannot give files away, for root as for
 * anybody. */
static void drop_root_powers(void) {
  static const int dropped[] = {CAP_DAC_OVERRIDE, CAP_CHOWN};
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct sets[2];
  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  for (size_t i = 0; i < sizeof dropped / sizeof *dropped; ++i)
    prctl(PR_CAPBSET_DROP, dropped[i], 0, 0, 0);
  if (syscall(SYS_capget, &header, sets) != 0) return;
  for (size_t i = 0; i < sizeof dropped / sizeof *dropped; ++i) {
    struct __user_cap_data_struct* set = &sets[CAP_TO_INDEX(dropped[i])];
    set->effective &= ~CAP_TO_MASK(dropped[i]);
    set->permitted &= ~CAP_TO_MASK(dropped[i]);
    set->inheritable &= ~CAP_TO_MASK(dropped[i]);
  }
  syscall(SYS_capset, &header, sets);
}

static void limit_job(void) {
  struct rlimit core;
  umask(022);
  if (getrlimit(RLIMIT_CORE, &core) == 0) {
    core.rlim_cur = 0;
    setrlimit(RLIMIT_CORE, &core);
  }
  if (geteuid() == 0) drop_root_powers();
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); /* else sudo in a job could start what we may not kill */
}

__attribute__((noreturn)) static void become_job(const struct mode* mode, char** argv) {
  sigset_t none;
  if (!mode->terminal) setsid();
  if (!mode->helper) limit_job();
  prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  /* By the kernel's own call: libc's posix_spawn leaves two signals ignored that it keeps for
   * itself. */
  static const char default_action[64]; /* all zero, whatever this machine's struct looks like */
  for (int number = 1; number < 65; ++number)
    syscall(SYS_rt_sigaction, number, default_action, NULL, (size_t)8);
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  for (int tries = 0; tries < 100; ++tries) {
    execve(argv[0], argv + 1, environ);
    if (errno != ETXTBSY) break;
    /* A thread of the caller was starting a program just while another wrote this one: the copied
       descriptor goes away at that program's exec. */
    nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
  }
  report("exec %d\n", errno);
  _exit(127);
}

/* ---- the inner supervisor ---- */

static bool write_text(const char* path, const char* text) {
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return false;
  bool done = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
  close(fd);
  return done;
}

/* As PID 1, in new user, PID and mount namespaces. False: not everything works here. */
static bool furnish_namespaces(uid_t uid, gid_t gid) {
  char line[64];
  /* A process without privilege may map its own group only after giving up setgroups(2). */
  if (!write_text("/proc/self/setgroups", "deny")) return false;
  snprintf(line, sizeof line, "%u %u 1\n", gid, gid);
  if (!write_text("/proc/self/gid_map", line)) return false;
  snprintf(line, sizeof line, "%u %u 1\n", uid, uid);
  if (!write_text("/proc/self/uid_map", line)) return false;
  /* Slave, not private: what the host mounts later (automounted homes) must appear here; ours never
   * go back. */
  return mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) == 0 &&
         mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) == 0;
}

static void ask_job_to_end(pid_t job) {
  char commands[16];
  ssize_t size = recv(LINK, commands, sizeof commands, MSG_DONTWAIT);
  if (size > 0 && memchr(commands, 't', (size_t)size) != NULL && kill(-job, SIGTERM) != 0)
    kill(job, SIGTERM); /* before its setsid, or it is in a terminal */
}

/* At most two seconds. */
static void end_helper(pid_t helper) {
  if (kill(-helper, SIGTERM) != 0) kill(helper, SIGTERM); /* before its setsid */
  for (int rounds = 0; rounds < 200; ++rounds) {
    for (pid_t pid; (pid = waitpid(-1, NULL, WNOHANG | __WALL)) != 0;)
      if (pid < 0) return; /* nothing of it is left */
    wait_event(NULL, 0, &(struct timespec){.tv_nsec = 10000000});
  }
}

/* Until the job ends; false: the caller or the outer supervisor did. */
static bool watch_job(pid_t job, int life) {
  struct pollfd fds[] = {{.fd = LINK, .events = POLLIN | POLLRDHUP}, {.fd = life}};
  for (;;) {
    int status;
    for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG | __WALL)) > 0;)
      if (pid == job) {
        report("exit %d\n", status);
        return true;
      }
    wait_event(fds, 2, NULL);
    if (peer_is_gone(&fds[0]) || peer_is_gone(&fds[1])) return false;
    if (fds[0].revents & POLLIN) ask_job_to_end(job);
  }
}

struct identity {
  uid_t uid;
  gid_t gid;
};

__attribute__((noreturn)) static void be_inner(const struct mode* mode, struct identity own,
                                               int life, char** argv) {
  bool namespaced = mode->namespaced;
  if (!mode->terminal)
    setpgid(0, 0);    /* the caller may kill the outer one's group, when that has died */
  char pid[16] = "0"; /* our number in the caller's namespace, while /proc is still the caller's */
  if (readlink("/proc/self", pid, sizeof pid - 1) < 0)
    snprintf(pid, sizeof pid, "%d", namespaced ? 0 : getpid());
  if (namespaced) {
    struct pollfd outer = {.fd = life};
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if (poll(&outer, 1, 0) != 0) _exit(0); /* the outer supervisor died before that took effect */
    if (!furnish_namespaces(own.uid, own.gid)) _exit(SETUP_FAILED);
  } else {
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  }
  report("isolation %s\ninner %s\n", namespaced ? "pid-namespace" : "subreaper", pid);
  pid_t job = fork();
  if (job == 0) become_job(mode, argv);
  if (job < 0)
    report("fork %d\n", errno);
  else if (!watch_job(job, life) && mode->helper)
    end_helper(job);
  if (!namespaced) kill_descendants(); /* the kernel does it for PID 1 */
  _exit(0);
}

/* ---- the outer supervisor ---- */

static pid_t start_inner(const struct mode* mode, char** argv) {
  struct identity own = {geteuid(), getegid()};
  int life[2]; /* its end of file tells the inner one that we died */
  if (pipe2(life, O_CLOEXEC) != 0) return -1;
  struct clone_args how = {.flags = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS,
                           .exit_signal = SIGCHLD};
  pid_t pid = mode->namespaced ? (pid_t)syscall(SYS_clone3, &how, sizeof how) : fork();
  if (pid == 0) {
    close(life[1]);
    be_inner(mode, own, life[0], argv);
  }
  int error = errno;
  close(life[0]);
  if (pid < 0) close(life[1]);
  errno = error;
  return pid;
}

/* The wait status of the inner supervisor; -1 when the caller is gone or wants an end. */
static int watch_inner(pid_t inner) {
  struct pollfd caller = {.fd = LINK, .events = POLLRDHUP};
  for (;;) {
    int status;
    for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG | __WALL)) > 0;)
      if (pid == inner) return status;
    wait_event(&caller, 1, NULL);
    if (peer_is_gone(&caller)) return -1;
  }
}

/* Until the inner one has ended by itself, a second longer than it takes. */
static void await_inner(pid_t inner) {
  for (int rounds = 0; rounds < 300; ++rounds) {
    for (pid_t pid; (pid = waitpid(-1, NULL, WNOHANG | __WALL)) > 0;)
      if (pid == inner) return;
    wait_event(NULL, 0, &(struct timespec){.tv_nsec = 10000000});
  }
  kill(inner, SIGKILL);
}

int main(int argc, char** argv) {
  struct mode mode = {.namespaced = argc > 1 && strcmp(argv[1], "automatic") == 0,
                      .helper = argc > 1 && strcmp(argv[1], "helper") == 0,
                      .terminal = argc > 1 && strcmp(argv[1], "terminal") == 0};
  bool known = mode.namespaced || mode.helper || mode.terminal ||
               (argc > 1 && strcmp(argv[1], "subreaper") == 0);
  if (argc < 4 || !known || fcntl(LINK, F_SETFD, FD_CLOEXEC) != 0) {
    static const char usage[] =
        "usage: supervise automatic|subreaper|helper|terminal PROGRAM ARGV0 [ARG...], with a "
        "socket as 3\n";
    return write(2, usage, sizeof usage - 1) < 0 ? 3 : 2;
  }
  catch_child_signals();
  if (mode.terminal) {
    signal(SIGINT, SIG_IGN); /* typed for the job */
    signal(SIGQUIT, SIG_IGN);
  }
  prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  pid_t inner = -1;
  int status = 0;
  if (mode.namespaced) {
    inner = start_inner(&mode, argv + 2);
    if (inner > 0) status = watch_inner(inner);
    if (inner < 0 || (status >= 0 && WIFEXITED(status) && WEXITSTATUS(status) == SETUP_FAILED))
      mode.namespaced = false;
  }
  if (!mode.namespaced) {
    inner = start_inner(&mode, argv + 2);
    if (inner < 0)
      report("fork %d\n", errno);
    else
      status = watch_inner(inner);
  }
  if (status < 0 && mode.helper)
    await_inner(inner);
  else if (status < 0)
    kill(inner, SIGKILL); /* its orphans come to us, or die with its namespace */
  else if (WIFSIGNALED(status))
    report("exit %d\n", status);
  kill_descendants();
  struct rusage used;
  getrusage(RUSAGE_CHILDREN, &used);
  report("usage %lld %ld\n",
         (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000LL + used.ru_utime.tv_usec +
             used.ru_stime.tv_usec,
         used.ru_maxrss);
  return 0;
}
