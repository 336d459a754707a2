// A commit is fetched by its name where the server allows that, else with all branches and tags.
// While it is incomplete (its submodules are not there yet), a ref below refs/hdist/incoming/ holds
// it; refs/hdist/kept/<commit> comes last and makes it an item.
#include "source/git_fetch.h"

#include "base/dir.h"
#include "base/error.h"
#include "base/text.h"
#include "source/address.h"
#include "source/git_tree.h"
#include "source/git_use.h"

#include <fmt/format.h>

#include <map>

namespace hdist {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kDeepest = 10;
constexpr int kMostSubmodules = 500;
constexpr double kLookLimitSeconds = 60; // of a look at the refs
constexpr double kPlainLimitSeconds =
    5; // of the same over git:, where nothing else limits connecting
// The codes of errors that are reasons.
constexpr const char* kReason = "git.reason";
constexpr const char* kNoSuchRef = "git.no-such-ref";
constexpr const char* kVanished = "the commit vanished from the store just after it was put there";

[[noreturn]] void fail(std::string reason, const char* code = kReason) {
  throw Error(ErrorKind::failed, code, std::move(reason));
}

/// What is fetched before it is kept; gone with this object.
class Incoming {
public:
  explicit Incoming(const std::string& repository) : dir_(Dir::open(repository)) {
    constexpr int kLength = 20;
    name_ = kIncomingRefs + random_name(kLength);
  }
  Incoming(const Incoming&) = delete;
  Incoming& operator=(const Incoming&) = delete;
  ~Incoming() {
    try {
      dir_.remove_tree(name_);
    } catch (const Error&) { // NOLINT(bugprone-empty-catch): left for the collection of sources
    }
  }
  std::string ref() const { return name_ + "/one"; }
  std::string all(const char* kind) const { return fmt::format("{}/{}/*", name_, kind); }

private:
  Dir dir_;
  std::string name_;
};

std::map<std::string, std::string> parse_refs(const std::string& text) {
  std::map<std::string, std::string> refs;
  for (const std::string& line : split(text, '\n')) {
    std::vector<std::string> words = split_words(line);
    if (words.size() == 2) refs[words[1]] = words[0];
  }
  return refs;
}

bool is_ssh(const GitAddress& address) {
  return !address.is_local &&
         (address.remote.starts_with("ssh://") || address.remote.find("://") == std::string::npos);
}

/// Short names, or full ones where such a one is asked for; as many as a look at them is worth.
std::vector<std::string> names_of_refs(const std::string& listed, bool full) {
  constexpr std::size_t kMost = 5000, kLongest = 100;
  std::vector<std::string> names;
  for (const auto& [ref, commit] : parse_refs(listed)) {
    if (ref.ends_with("^{}") || ref.size() > kLongest || names.size() == kMost) continue;
    for (const std::string_view prefix : {"refs/heads/", "refs/tags/"})
      if (ref.starts_with(prefix)) names.push_back(full ? ref : ref.substr(prefix.size()));
  }
  return names;
}

std::string host_and_scheme(const GitAddress& address) {
  return address.remote.substr(0, address.remote.find("://"));
}

} // namespace

struct GitFetcher::Run {
  Patience patience;
  const Lane& lane;
  std::stop_token stop;
  bool network = false; // what failed was the way to the host
  std::string ssh;      // what did not let us in by ssh; "": nothing
  int submodules = 0;

  const GitStore& git;
  GitAnswer remote(const GitAddress& address, const GitCall& call) const {
    return git.program().remote(call, address.is_local, stop);
  }
  void note_failure(const GitAddress& address, const GitAnswer& answer) {
    network = !address.is_local && (!is_ssh(address) || answer.timed_out);
    if (is_ssh(address)) ssh = public_address(address.remote);
  }
  std::string isolated(const std::string& repository, std::vector<std::string> words) const {
    return git.program().must({.words = std::move(words),
                               .directory = repository,
                               .input = {},
                               .timeout_s = 0,
                               .output = {}},
                              stop);
  }
};

/// The commit that the address's ref names now; `ref` becomes its full name.
std::string GitFetcher::resolve(const GitAddress& address, std::string& ref, Run& run) const {
  std::string name = address.ref.empty() ? "HEAD" : address.ref;
  std::vector<std::string> full = {name, name + "^{}"};
  if (name != "HEAD" && !name.starts_with("refs/"))
    full = {"refs/heads/" + name, "refs/tags/" + name, "refs/tags/" + name + "^{}"};
  GitCall call{.words = {"ls-remote", "--", address.remote},
               .directory = {},
               .input = {},
               .timeout_s =
                   host_and_scheme(address) == "git" ? kPlainLimitSeconds : kLookLimitSeconds,
               .output = {}};
  call.words.insert(call.words.end(), full.begin(), full.end());
  Clock::time_point start = Clock::now();
  GitAnswer answer = run.remote(address, call);
  if (!answer.ok) {
    run.note_failure(address, answer);
    if (answer.timed_out) downloader_.note_dead(address.host, start);
    fail(answer.timed_out
             ? fmt::format("{} gave no answer within {:.0f} s", address.host, call.timeout_s)
             : answer.complaint);
  }
  run.lane.gets_on();
  std::map<std::string, std::string> refs = parse_refs(answer.output);
  std::string head, tag;
  if (name == "HEAD" || name.starts_with("refs/")) {
    head = refs.contains(full[1]) ? refs[full[1]] : refs[full[0]];
    ref = name;
  } else {
    head = refs[full[0]];
    tag = refs.contains(full[2]) ? refs[full[2]] : refs[full[1]];
    ref = head.empty() ? full[1] : full[0];
  }
  if (!head.empty() && !tag.empty() && head != tag)
    fail(fmt::format("{} is a branch and a tag there; expected {} or {}", name, full[0], full[1]));
  std::string commit = head.empty() ? tag : head;
  if (commit.empty())
    fail(name == "HEAD" ? "the repository has no commit"
                        : fmt::format("there is no branch and no tag called {}{}", name,
                                      refs_there(address, name, run)),
         kNoSuchRef);
  if (!is_full_commit(commit))
    fail("the repository names its commits by SHA-256, which a key cannot hold");
  return commit;
}

/// "; is 'master' meant?", or what there is.
std::string GitFetcher::refs_there(const GitAddress& address, const std::string& name,
                                   Run& run) const {
  constexpr std::size_t kMostBytes = std::size_t{1} << 20, kShown = 10;
  std::string listed;
  const GitCall call{.words = {"ls-remote", "--heads", "--tags", "--", address.remote},
                     .directory = {},
                     .input = {},
                     .timeout_s = kLookLimitSeconds,
                     .output = [&](std::string_view bytes) {
                       listed += bytes.substr(0, kMostBytes - listed.size());
                     }};
  if (!run.remote(address, call).ok) return "";
  const std::vector<std::string> names = names_of_refs(listed, name.starts_with("refs/"));
  if (names.empty()) return "; there are none";
  if (const std::optional<std::string> meant = nearest(name, names))
    return fmt::format("; is '{}' meant?", printable(*meant));
  return "; there are " + printable(join_first(kShown, names, ", "));
}

/// Fetches into refs of `incoming`; the commit that arrived.
GitFetcher::Brought GitFetcher::bring(const GitAddress& address, const std::string& ref,
                                      const std::string& expected, const std::string& repository,
                                      Run& run) const {
  const GitUse use(repository);
  Incoming incoming(repository);
  auto fetch = [&](const std::vector<std::string>& refspecs) {
    GitCall call{.words = {"-c", "http.lowSpeedLimit=1", "-c", "http.lowSpeedTime=60", "fetch",
                           "--quiet", "--no-tags", "--no-write-fetch-head", "--", address.remote},
                 .directory = repository,
                 .input = {},
                 .timeout_s = 0,
                 .output = {}};
    call.words.insert(call.words.end(), refspecs.begin(), refspecs.end());
    return run.remote(address, call);
  };
  GitAnswer answer = fetch({"+" + (expected.empty() ? ref : expected) + ":" + incoming.ref()});
  if (!answer.ok && !expected.empty()) {
    GitAnswer all =
        fetch({"+refs/heads/*:" + incoming.all("heads"), "+refs/tags/*:" + incoming.all("tags")});
    if (!all.ok)
      answer = std::move(all);
    else
      answer.ok = true;
  }
  if (!answer.ok) {
    run.note_failure(address, answer);
    fail(answer.complaint);
  }
  std::string wanted = expected.empty() ? incoming.ref() : expected;
  GitAnswer found = run.git.program().isolated(
      {.words = {"rev-parse", "--verify", "--quiet", "--end-of-options", wanted + "^{commit}"},
       .directory = repository,
       .input = {},
       .timeout_s = 0,
       .output = {}},
      run.stop);
  std::string commit(trim(found.output));
  if (found.is_cut_short) fail(found.complaint);
  if (!found.ok || (!expected.empty() && commit != expected))
    fail(expected.empty() ? fmt::format("{} is no commit", ref)
                          : fmt::format("the repository has no commit {}", expected));
  bring_submodules(address, repository, commit, 0, run);
  // Where a note of an earlier time is left, before it is an item again.
  const GitContentSum sum = sum_of_commit(run.git, commit, repository, run.stop);
  store_.check_tree(commit, sum.tree);
  run.git.keep(repository, commit);
  return {commit, sum};
}

/// What it has in common with commits of earlier may be damaged: git does not ask for that again.
GitFetcher::Brought GitFetcher::bring_whole(const GitAddress& address, const std::string& ref,
                                            const std::string& expected, Run& run) const {
  const std::string repository = run.git.repository(address);
  try {
    return bring(address, ref, expected, repository, run);
  } catch (const Error& error) {
    if (error.code() != "source.corrupt" || !run.git.keeps_any(repository)) throw;
  }
  static_cast<void>(run.git.set_aside(repository));
  return bring(address, ref, expected, run.git.repository(address), run);
}

void GitFetcher::bring_submodules(const GitAddress& address, const std::string& repository,
                                  const std::string& commit, int depth, Run& run) const {
  const GitProgram& program = run.git.program();
  std::map<std::string, std::string> commits; // path, commit
  for (const GitPath& path : list_git_tree(program, repository, commit, run.stop))
    if (path.kind == GitTreeEntry::Kind::submodule) commits[path.path] = path.object;
  if (commits.empty()) return;
  for (const GitSubmodule& submodule : git_submodules(program, repository, commit, run.stop)) {
    auto wanted = commits.find(submodule.path);
    if (wanted == commits.end()) continue;
    if (++run.submodules > kMostSubmodules || depth > kDeepest)
      fail("its submodules are too many, or nested too deeply");
    std::optional<GitAddress> from = parse_submodule_address(submodule.url, address);
    if (!from)
      fail(fmt::format("its submodule {} has the address {}, which is not used: expected one over "
                       "http, https, git or ssh",
                       printable(submodule.path), printable(submodule.url)));
    try {
      commit_of(*from, wanted->second, depth + 1, run);
    } catch (const Error& error) {
      if (error.code() != kReason && error.code() != kNoSuchRef) throw;
      fail(fmt::format("its submodule {}, {}: {}", printable(submodule.path),
                       public_address(from->remote), error.message()));
    }
  }
}

/// A branch moves, a tag should not.
void GitFetcher::note_tag(const std::string& url, const std::string& commit) const {
  const SourceKey key = *SourceKey::parse("git:" + commit);
  const std::optional<SourceItem> before = store_.note_tag(url, key);
  if (!before) return;
  events_.warning(fmt::format("the tag {} has moved: it gave {}{} and gives {} now{}",
                              public_address(url), before->key.str(), when_given(*before, url),
                              key.str(), before->path.empty() ? "" : "; both are kept"));
}

std::string GitFetcher::commit_of(const GitAddress& address, const std::string& expected, int depth,
                                  Run& run) const {
  if (depth > kDeepest) fail("its submodules are nested too deeply");
  if (!expected.empty()) store_.note_use(*SourceKey::parse("git:" + expected));
  if (!expected.empty() && run.git.holder(expected)) return expected;
  bool is_http = address.remote.starts_with("http");
  if (is_http) {
    std::string probe = address.remote + "/info/refs?service=git-upload-pack";
    if (std::optional<AttemptResult> dead = downloader_.probe(probe, run.patience, run.lane)) {
      run.network = true;
      fail(dead->reason);
    }
  } else if (!address.is_local) {
    HostPermit permit = downloader_.permit(address.host, run.patience);
    if (!permit.refusal.empty()) {
      run.network = true;
      fail(permit.refusal);
    }
  }
  std::string ref;
  std::string commit = expected.empty() ? resolve(address, ref, run) : expected;
  std::optional<GitContentSum> sum;
  std::optional<SourceItem> item;
  // A collection that decided before this use was noted may still take it.
  constexpr int kTries = 3;
  for (int tries = 0; !item; ++tries) {
    if (tries == kTries) fail(kVanished);
    store_.note_use(*SourceKey::parse("git:" + commit)); // first; then it stays if it is there
    if (!run.git.holder(commit)) {
      Brought brought = bring_whole(address, ref, expected, run);
      commit = std::move(brought.commit);
      sum = std::move(brought.sum);
    }
    item = store_.find(*SourceKey::parse("git:" + commit));
  }
  if (!sum && !item->tree) sum = sum_of_commit(run.git, commit, "", run.stop);
  std::string url = noted_path(address.remote) + (address.ref.empty() ? "" : "#" + address.ref);
  store_.note_commit(commit, sum, url);
  if (ref.starts_with("refs/tags/")) note_tag(url, commit);
  return commit;
}

AttemptResult GitFetcher::get(const GitAddress& address, const Wanted& wanted, Patience patience,
                              const Lane& lane) {
  Run run{.patience = patience, .lane = lane, .stop = lane.stop(), .git = store_.git()};
  try {
    std::string expected = is_full_commit(address.ref) ? address.ref : "";
    if (wanted.expected) {
      const std::optional<SourceKey>& key = wanted.expected->key();
      if (!key || key->type() != SourceType::git)
        return AttemptResult::failed(
            fmt::format("it gives commits, expected {}", wanted.expected->str()));
      expected = key->digest();
    }
    if (address.is_local && !Dir::open_if_exists(address.remote))
      return AttemptResult::no_such_place("there is no such file or directory");
    std::optional<SourceItem> item;
    constexpr int kTries = 3; // somebody may remove it just after it was put there
    for (int tries = 0; !item && tries < kTries; ++tries)
      item = store_.find(*SourceKey::parse("git:" + commit_of(address, expected, 0, run)));
    if (!item) fail(kVanished);
    return {.item = std::move(item), .reason = {}};
  } catch (const Error& error) {
    bool is_reason = error.code() == kReason || error.code() == kNoSuchRef ||
                     error.code() == "git.not-found" || error.code() == "source.corrupt" ||
                     error.code() == "source.unsafe-path" || error.code() == "source.too-large";
    if (!is_reason) throw;
    AttemptResult result = AttemptResult::failed(error.message());
    result.network = run.network;
    result.no_such_ref = error.code() == kNoSuchRef;
    result.ssh = run.ssh;
    result.advice = error.advice();
    return result;
  }
}

} // namespace hdist
