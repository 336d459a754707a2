// What run_supervised() promises: above all that nothing of a job is left, whoever is killed.
#include "base/process.h"

#include "base/error.h"
#include "base/process_testing.h"
#include "base/text.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <random>
#include <sstream>
#include <thread>

namespace hdist {
namespace {

// Ignores every polite signal, and leaves two generations of daemons in sessions of their own, one
// of them without any environment. All have the marker, an argument that no other process has, in
// their command lines.
constexpr const char* kStubbornJob = R"(
trap '' TERM HUP INT QUIT
body='trap "" TERM HUP INT QUIT; sleep "$1" & sleep "$1"; sleep "$1"'
( setsid sh -c "$body" daemon "$1" & )
if [ "$2" = anonymous ]; then ( env -i setsid sh -c "$body" daemon "$1" & ) fi
sleep "$1"
)";

// Fifty families of which each member starts a successor in a session of its own and ends: whoever
// lists processes and then kills them is always a little late.
constexpr const char* kFleeingJob = R"(
trap '' TERM HUP
if [ "$2" = member ]; then
  ( setsid sh "$0" "$1" member & )
  exit 0
fi
i=0
while [ $i -lt 50 ]; do ( sh "$0" "$1" member & ); i=$((i + 1)); done
sleep "$1"
)";

std::string proc_text(pid_t pid, const std::string& file) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/" + file, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

std::vector<pid_t> all_processes() {
  std::vector<pid_t> pids;
  DIR* proc = ::opendir("/proc");
  while (const struct dirent* entry = ::readdir(proc))
    if (const auto pid = parse_int(entry->d_name)) pids.push_back(static_cast<pid_t>(*pid));
  ::closedir(proc);
  return pids;
}

int count_with(const std::string& marker) {
  int count = 0;
  for (pid_t pid : all_processes())
    count += proc_text(pid, "cmdline").find(marker) != std::string::npos;
  return count;
}

/// The first child of `parent`; 0 when there is none.
pid_t child_of(pid_t parent) {
  for (pid_t pid : all_processes()) {
    const std::string text = proc_text(pid, "stat");
    const std::size_t end = text.rfind(')');
    if (end == std::string::npos) continue;
    const std::vector<std::string> fields = split_words(std::string_view(text).substr(end + 1));
    if (fields.size() > 1 && fields[1] == std::to_string(parent) && fields[0] != "Z") return pid;
  }
  return 0;
}

SupervisorOptions options(Isolation isolation) {
  return {.program = HDIST_SUPERVISE_PATH, .token = random_name(20), .isolation = isolation};
}

/// sh -c `script`, output collected.
struct Result {
  ExitStatus status;
  std::string output;
};
Result run_script(const std::string& script, const SupervisorOptions& how, Command command = {}) {
  Result result;
  command.argv = {"sh", "-c", script};
  command.env = test_env();
  command.output = [&](std::string_view bytes) { result.output += bytes; };
  result.status = run_supervised(command, how);
  return result;
}

class Supervised : public ::testing::TestWithParam<Isolation> {
protected:
  SupervisorOptions how_ = options(GetParam());
  TempDir tmp_;
  // sleep(1) takes a number; this one is not used by anybody else.
  std::string marker_ =
      "8" + std::to_string(::getpid()) + "." + std::to_string(std::random_device{}());
};

std::string name_of(Isolation isolation) {
  static constexpr const char* kNames[] = {"automatic", "subreaper", "helper", "terminal"};
  return kNames[static_cast<int>(isolation)];
}

std::string isolation_name(const ::testing::TestParamInfo<Isolation>& info) {
  return name_of(info.param);
}

INSTANTIATE_TEST_SUITE_P(Modes, Supervised,
                         ::testing::Values(Isolation::automatic, Isolation::subreaper),
                         isolation_name);

struct Victims {
  const char* name;
  bool caller, outer, inner;
};

class Death : public ::testing::TestWithParam<std::tuple<Isolation, Victims>> {
protected:
  /// Runs `script` in a process of its own, which is the caller. That ends with 0 when the run
  /// ended by SIGKILL and nothing of the job was left when run_supervised() returned.
  void start(const std::string& script, const std::vector<std::string>& more_args = {}) {
    write_file(tmp_.path() + "/job", script);
    Command command;
    command.argv = {"sh", tmp_.path() + "/job", marker_};
    command.argv.insert(command.argv.end(), more_args.begin(), more_args.end());
    command.env = test_env();
    caller_ = ::fork();
    if (caller_ == 0) {
      int result = 1;
      try {
        const ExitStatus status = run_supervised(command, how_);
        result = count_with(marker_) == 0 && status.signal == SIGKILL ? 0 : 2;
      } catch (const Error& error) {
        fprintf(stderr, "%s\n", error.what());
      }
      ::_exit(result);
    }
  }

  /// Sends SIGKILL to those who shall die, stopping them first so that none can react in between.
  void kill_victims(const Victims& victims) {
    const pid_t outer = child_of(caller_);
    const pid_t inner = child_of(outer);
    ASSERT_NE(outer, 0);
    ASSERT_NE(inner, 0);
    for (const int number : {SIGSTOP, SIGKILL}) {
      if (victims.caller) ::kill(caller_, number);
      if (victims.outer) ::kill(outer, number);
      if (victims.inner) ::kill(inner, number);
    }
  }

  void expect_nothing_left(bool caller_died) {
    int status = 0;
    ASSERT_EQ(::waitpid(caller_, &status, 0), caller_);
    if (caller_died)
      EXPECT_TRUE(WIFSIGNALED(status));
    else
      EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "wait status " << status;
    EXPECT_TRUE(eventually([&] { return count_with(marker_) == 0; })) << count_with(marker_);
    EXPECT_EQ(kill_by_token(how_.token, true), 0);
  }

  void TearDown() override { // also after a failure
    kill_by_token(how_.token);
    for (pid_t pid : all_processes())
      if (proc_text(pid, "cmdline").find(marker_) != std::string::npos) ::kill(pid, SIGKILL);
  }

  Isolation isolation_ = std::get<0>(GetParam());
  SupervisorOptions how_ = options(isolation_);
  TempDir tmp_;
  std::string marker_ =
      "9" + std::to_string(::getpid()) + "." + std::to_string(std::random_device{}());
  pid_t caller_ = 0;
};

bool has_namespaces() {
  return run_script("true", options(Isolation::automatic)).status.isolation == "pid-namespace";
}

TEST_P(Death, OfTheVictimsLeavesNothingOfTheJob) {
  const Victims& victims = std::get<1>(GetParam());
  const bool namespaced = isolation_ == Isolation::automatic && has_namespaces();
  const bool both_supervisors = victims.outer && victims.inner;
  if (both_supervisors && victims.caller && !namespaced)
    GTEST_SKIP() << "nobody is left who could do it";
  // Without supervisors only the token in the environment tells who belongs to the job.
  const bool anonymous = namespaced || !both_supervisors;
  start(kStubbornJob, {anonymous ? "anonymous" : "named"});
  // The job, its sleep, and three for each daemon; two supervisors.
  const int expected = anonymous ? 10 : 7;
  ASSERT_TRUE(eventually([&] { return count_with(marker_) >= expected; })) << count_with(marker_);
  kill_victims(victims);
  expect_nothing_left(victims.caller);
}

TEST_P(Death, OfTheVictimsEndsFiftyFleeingFamilies) {
  const Victims& victims = std::get<1>(GetParam());
  const bool namespaced = isolation_ == Isolation::automatic && has_namespaces();
  if (victims.caller && victims.outer && victims.inner && !namespaced)
    GTEST_SKIP() << "nobody is left who could do it";
  start(kFleeingJob);
  ASSERT_TRUE(eventually([&] { return count_with(marker_) >= 25; })) << count_with(marker_);
  kill_victims(victims);
  expect_nothing_left(victims.caller);
}

std::string death_name(const ::testing::TestParamInfo<Death::ParamType>& info) {
  return name_of(std::get<0>(info.param)) + std::get<1>(info.param).name;
}

INSTANTIATE_TEST_SUITE_P(
    Modes, Death,
    ::testing::Combine(::testing::Values(Isolation::automatic, Isolation::subreaper),
                       ::testing::Values(Victims{"Outer", false, true, false},
                                         Victims{"Inner", false, false, true},
                                         Victims{"OuterInner", false, true, true},
                                         Victims{"Caller", true, false, false},
                                         Victims{"CallerOuter", true, true, false},
                                         Victims{"CallerInner", true, false, true},
                                         Victims{"CallerOuterInner", true, true, true})),
    death_name);
INSTANTIATE_TEST_SUITE_P(Terminals, Death,
                         ::testing::Combine(::testing::Values(Isolation::terminal),
                                            ::testing::Values(Victims{"Caller", true, false, false},
                                                              Victims{"Outer", false, true,
                                                                      false})),
                         death_name);
INSTANTIATE_TEST_SUITE_P(Helpers, Death,
                         ::testing::Combine(::testing::Values(Isolation::helper),
                                            ::testing::Values(Victims{"Caller", true, false, false},
                                                              Victims{"CallerOuter", true, true,
                                                                      false})),
                         death_name);

TEST_P(Supervised, DaemonsEndWithTheJobThatStartedThem) {
  write_file(tmp_.path() + "/job",
             std::string("( setsid sh -c 'trap \"\" TERM HUP; sleep $0; true' ") + marker_ +
                 " & )\nexit 3\n");
  const Result result = run_script(". " + shell_quote(tmp_.path() + "/job"), how_);
  EXPECT_EQ(count_with(marker_), 0);
  EXPECT_EQ(result.status.exit_code, 3);
  EXPECT_EQ(result.status.text(), "exit status 3");
}

TEST_P(Supervised, ATimeLimitEndsEverythingAlsoWhatIgnoresSigterm) {
  write_file(tmp_.path() + "/job", kStubbornJob);
  Command command;
  command.timeout_s = 0.2;
  const Result result =
      run_script("exec sh " + tmp_.path() + "/job " + marker_ + " anonymous", how_, command);
  EXPECT_EQ(count_with(marker_), 0);
  EXPECT_TRUE(result.status.timed_out);
  EXPECT_FALSE(result.status.ok());
}

TEST_P(Supervised, AStopLetsTheJobCleanUpFirst) {
  std::stop_source stop;
  Command command;
  command.argv = {"sh", "-c",
                  "trap 'echo cleaned; exit 0' TERM; echo ready; while :; do sleep 0.05; done"};
  command.env = test_env();
  std::string output;
  command.output = [&](std::string_view bytes) {
    output += bytes;
    if (output.find("ready\n") != std::string::npos) stop.request_stop();
  };
  const ExitStatus status = run_supervised(command, how_, stop.get_token());
  EXPECT_TRUE(status.stopped);
  EXPECT_TRUE(output.ends_with("\ncleaned\n")) << output; // the shell may report its child's death
}

TEST_P(Supervised, ASinkThatThrowsEndsTheJob) {
  Command command;
  command.argv = {"sh", "-c", "echo x; exec sleep " + marker_};
  command.env = test_env();
  command.output = [](std::string_view) { throw Error(ErrorKind::failed, "test.sink", "full"); };
  EXPECT_EQ(code_of([&] { run_supervised(command, how_); }), "test.sink");
  EXPECT_EQ(count_with(marker_), 0);
}

TEST_P(Supervised, TheRecordSaysHowItWasIsolatedAndWhatItUsed) {
  // tail keeps what it shall print: 40 MB.
  const Result result =
      run_script("head -c 40000000 /dev/zero | tail -c 40000000 > /dev/null", how_);
  EXPECT_TRUE(result.status.ok());
  if (GetParam() == Isolation::subreaper || !has_namespaces())
    EXPECT_EQ(result.status.isolation, "subreaper");
  else
    EXPECT_EQ(result.status.isolation, "pid-namespace");
  EXPECT_GT(result.status.peak_memory_bytes, 40'000'000);
  EXPECT_GT(result.status.cpu_s, 0);
  EXPECT_GT(result.status.wall_s, 0);
}

TEST_P(Supervised, PeakMemoryIsTheJobsNotTheCallers) {
  const std::vector<char> large(300'000'000, 'x'); // touched pages of this process
  const Result result = run_script("exit 0", how_);
  EXPECT_LT(result.status.peak_memory_bytes, 100'000'000) << large.size();
}

TEST_P(Supervised, TheJobIsAnOrdinaryProcessOfItsUser) {
  const Result result = run_script(
      "id -u; id -g; umask; ulimit -Sc; test $$ -gt 1 && echo no-init;"
      "read pid name state ppid group session rest < /proc/self/stat; echo $((group == session));"
      "cat; echo $HDIST_RUN_TOKEN; ls /proc/self/fd | tr '\\n' ' '",
      how_);
  EXPECT_EQ(result.output, std::to_string(::geteuid()) + "\n" + std::to_string(::getegid()) +
                               "\n0022\n0\nno-init\n1\n" + how_.token + "\n0 1 2 3 ")
      << "ls(1) itself has 3";
}

TEST_P(Supervised, TheJobHasDefaultSignalsWhateverTheCallerDid) {
  const auto old = ::signal(SIGPIPE, SIG_IGN);
  sigset_t blocked, before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGUSR1);
  ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
  const Result result = run_script("grep -E 'Sig(Blk|Ign)' /proc/self/status | cut -f 2", how_);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  ::signal(SIGPIPE, old);
  EXPECT_EQ(result.output, "0000000000000000\n0000000000000000\n");
}

TEST_P(Supervised, DescriptorsOfTheCallerAreClosedInTheJob) {
  const int leaked = ::open("/dev/null", O_RDONLY); // NOLINT(android-cloexec-open): the point here
  ASSERT_GE(leaked, 3);
  const Result result = run_script("ls /proc/$$/fd", how_);
  ::close(leaked);
  EXPECT_EQ(result.output, "0\n1\n2\n");
}

TEST_P(Supervised, RootsJobCannotOverrideModesNorGiveFilesAway) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  write_file(tmp_.path() + "/protected", "old");
  ASSERT_EQ(::chmod((tmp_.path() + "/protected").c_str(), 0444), 0);
  Command command;
  command.cwd = tmp_.path();
  const Result result = run_script("(echo new > protected) 2>/dev/null || echo protected;"
                                   "touch mine; chown 65534 mine 2>/dev/null || echo mine;"
                                   "sed -n 's/^CapBnd:.*\\(.\\)$/\\1/p' /proc/self/status; exit 0",
                                   how_, command);
  EXPECT_EQ(result.output, "protected\nmine\nc\n"); // bits 0 and 1 are not in the bounding set
  EXPECT_EQ(read_file(tmp_.path() + "/protected"), "old");
}

TEST_P(Supervised, SetuidProgramsGiveTheJobNothing) {
  EXPECT_EQ(run_script("grep NoNewPrivs /proc/self/status | cut -f 2", how_).output, "1\n");
}

TEST_P(Supervised, InputAndDirectoryAreTheGivenOnes) {
  Command command;
  command.cwd = tmp_.path();
  command.input = std::string(200'000, 'i');
  const Result result = run_script("pwd; wc -c", how_, command);
  EXPECT_EQ(result.output, tmp_.path() + "\n200000\n");
}

TEST_P(Supervised, AJobThatExits127IsNotAProgramThatIsMissing) {
  EXPECT_EQ(run_script("exit 127", how_).status.exit_code, 127);
  Command command;
  command.env = test_env();
  command.argv = {"/no/such/program"};
  EXPECT_EQ(code_of([&] { run_supervised(command, how_); }), "process.not-found");
  command.argv = {"no-such-program"};
  EXPECT_EQ(code_of([&] { run_supervised(command, how_); }), "process.not-found");
  write_file(tmp_.path() + "/script", "#!/no/such/interpreter -x\n");
  ASSERT_EQ(::chmod((tmp_.path() + "/script").c_str(), 0755), 0);
  command.argv = {tmp_.path() + "/script"};
  EXPECT_EQ(message_of([&] { run_supervised(command, how_); }),
            "cannot run " + tmp_.path() +
                "/script: its interpreter, by its first line "
                "\"#!/no/such/interpreter -x\", is missing or may not be executed");
}

TEST_P(Supervised, ASignalledJobIsAValue) {
  const Result result = run_script("kill -SEGV $$", how_);
  EXPECT_EQ(result.status.signal, SIGSEGV);
  EXPECT_EQ(result.status.text(), "killed by signal 11 (Segmentation fault)");
}

TEST_P(Supervised, ManyRunsAtOnceDoNotDisturbEachOther) {
  std::vector<std::jthread> threads;
  threads.reserve(8);
  std::vector<int> codes(8, -1);
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&, i] {
      SupervisorOptions how = options(GetParam());
      codes[static_cast<std::size_t>(i)] =
          run_script("(setsid sleep " + marker_ + " &); exit " + std::to_string(i), how)
              .status.exit_code;
    });
  threads.clear();
  for (int i = 0; i < 8; ++i)
    EXPECT_EQ(codes[static_cast<std::size_t>(i)], i);
  EXPECT_EQ(count_with(marker_), 0);
}

TEST(Supervisor, AHelperKeepsTheUmaskTheLimitsAndThePrivilegesOfItsCaller) {
  const mode_t old = ::umask(0027);
  const std::string script =
      "umask; ulimit -c; grep -E 'Cap(Eff|Bnd)|NoNewPrivs' /proc/self/status";
  Command command = shell(script);
  const std::string own = capture(command);
  const Result result = run_script(script, options(Isolation::helper));
  ::umask(old);
  EXPECT_EQ(result.output, own);
  EXPECT_TRUE(result.output.starts_with("0027\n")) << result.output;
}

TEST(Supervisor, AMissingOrWrongSupervisorIsAnError) {
  Command command;
  command.env = test_env();
  command.argv = {"true"};
  SupervisorOptions how = options(Isolation::automatic);
  how.program = "/no/such/supervise";
  EXPECT_EQ(code_of([&] { run_supervised(command, how); }), "process.no-supervisor");
  how.program = "/bin/true";
  EXPECT_EQ(code_of([&] { run_supervised(command, how); }), "process.bad-supervisor");
}

} // namespace
} // namespace hdist
