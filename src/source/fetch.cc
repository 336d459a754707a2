// A race in the order of the recipe: the next candidate begins when the one before failed, or
// beside it when that has given no byte yet. Whoever has the right content first ends the others.
// When all failed, a second round asks those that were passed over or had to make room.
#include "source/fetch.h"

#include "base/error.h"
#include "base/path.h"
#include "base/race.h"
#include "base/text.h"
#include "source/address.h"
#include "source/attempt.h"
#include "source/download.h"
#include "source/git_fetch.h"
#include "source/in_flight.h"
#include "source/local_source.h"
#include "source/mirrors.h"
#include "source/transfer_progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <numeric>
#include <set>

namespace hdist {

namespace {

constexpr std::string_view kCannotBeFetched = " cannot be fetched: ";
constexpr int kCandidatesAtOnce = 3;

/// One address to be tried, of a mirror or a candidate.
struct Try {
  Address address;
  Wanted wanted;
  std::string claimed_url;          // of a mirror: whose content it is said to be
  AttemptResult result;             // why it gave nothing so far
  std::optional<SourceItem> before; // what the address gave earlier
};

/// What a person calls this task.
std::string task_name(const FetchTask& task) {
  for (const SourceCandidate& candidate : task.candidates)
    if (std::string name = address_file_name(candidate.url); !name.empty()) return name;
  for (const SourceCandidate& candidate : task.candidates)
    if (candidate.expected) return candidate.expected->str();
  return task.candidates.empty() ? "nothing" : printable(task.candidates.front().url);
}

std::vector<Try> tries_of(const FetchTask& task, const std::vector<std::string>& mirrors) {
  std::vector<Try> tries;
  for (const MirrorPlace& place : mirror_places(mirrors, task))
    tries.push_back({.address = parse_address(place.url),
                     .wanted = {place.expected, "", place.url},
                     .claimed_url = place.claimed_url});
  for (const SourceCandidate& candidate : task.candidates) {
    if (candidate.url.empty()) continue; // only mirrors may have it
    Address address = parse_address(candidate.url);
    std::string noted = candidate.url;
    if (address.git)
      noted = noted_path(address.git->remote);
    else if (address.kind == Address::Kind::local)
      noted = noted_path(absolute_path(address.rest));
    tries.push_back(
        {.address = std::move(address), .wanted = {candidate.expected, noted, candidate.url}});
  }
  return tries;
}

/// All but one that gave it, in the order of the recipe.
std::vector<FetchAttempt> failed_attempts(const std::vector<Try>& tries,
                                          std::optional<std::size_t> winner = std::nullopt) {
  std::vector<FetchAttempt> list;
  for (const Try& one : tries)
    if (!one.result.reason.empty() && (!winner || &one != &tries[*winner]))
      list.push_back({public_address(one.address.text), one.result.reason});
  return list;
}

/// "x cannot be fetched: reason", or a list where there was a choice.
std::string unavailable_text(const FetchTask& task, const std::string& name,
                             const std::vector<FetchAttempt>& failed) {
  std::string expected;
  for (const SourceCandidate& candidate : task.candidates)
    if (candidate.expected && expected.empty()) expected = " (" + candidate.expected->str() + ")";
  if (failed.empty()) return fmt::format("{}{}there is no address", name, kCannotBeFetched);
  if (failed.size() == 1)
    return fmt::format("{}{}{}{}", printable(failed[0].url), expected, kCannotBeFetched,
                       printable(failed[0].reason));
  std::string text = fmt::format("no address gave {}{}:", name, expected);
  for (const FetchAttempt& attempt : failed)
    text += fmt::format("\n  {}: {}", printable(attempt.url), printable(attempt.reason));
  return text;
}

/// Not by ssh, nor by git's own protocol.
bool may_go_by_proxy(const Address& address) {
  return !address.git || is_http_address(address.git->remote);
}

Error unavailable(const FetchTask& task, const std::string& name, const std::vector<Try>& tries,
                  bool offline) {
  bool is_network = false, may_use_proxy = false, is_remote = false, is_usage = true;
  bool is_other_content = false;
  std::string ssh;
  for (const Try& one : tries) {
    is_network = is_network || one.result.network;
    may_use_proxy = may_use_proxy || (one.result.network && may_go_by_proxy(one.address));
    if (ssh.empty()) ssh = one.result.ssh;
    is_usage = is_usage && one.result.bad_address;
    is_other_content = is_other_content || one.result.wrong_content;
    bool is_local =
        one.address.kind == Address::Kind::local || (one.address.git && one.address.git->is_local);
    is_remote = is_remote || (!is_local && !one.result.bad_address && !one.result.no_such_ref);
  }
  Error error(is_usage ? ErrorKind::usage : ErrorKind::failed, "source.unavailable",
              unavailable_text(task, name, failed_attempts(tries)));
  auto advise = [&](std::string text) {
    error.advise({.text = std::move(text), .verb = {}, .args = {}});
  };
  if (is_remote && offline)
    advise("Only the store and local files were looked at, because working offline was asked for.");
  if (is_network) {
    advise(may_use_proxy ? "Check the network and the variables http_proxy and https_proxy."
                         : "Check the network.");
    error.advise({.text = "A host that was not reachable is asked again after ten minutes, or now",
                  .verb = "fetch",
                  .args = {"--refresh", public_address(task.candidates.front().url)}});
  }
  std::vector<Advice> own;
  for (const Try& one : tries)
    for (const Advice& each : one.result.advice)
      if (std::find(own.begin(), own.end(), each) == own.end()) own.push_back(each);
  for (Advice& each : own)
    error.advise(std::move(each));
  if (!ssh.empty())
    advise(fmt::format("ssh must get there without a question: with the host in known_hosts, and a "
                       "key that has no passphrase or that ssh-agent holds. To try it: "
                       "GIT_SSH_COMMAND='ssh -o BatchMode=yes' git ls-remote {}",
                       shell_quote(ssh)));
  if (is_other_content)
    advise("Nothing of other content was kept. Look what whoever publishes the file says of its "
           "digest: the key is wrong, the file was replaced, or the server is not to be trusted.");
  if (is_remote)
    advise(fmt::format("{} {} in another way and give its place on this machine as an "
                       "address, file:/path/to/{}.",
                       error.advice().empty() ? "Get" : "Or get", name, name));
  return error;
}

/// Whether one file can meet both, as far as that can be said without it.
bool can_be_same(const Expectation& expected, const Expectation& sha256) {
  return expected.key() ? sha256.met_by(*expected.key()) : sha256.str() == expected.str();
}

/// Never fetched: it comes over whatever network, and only its index says what it is to be.
AttemptResult unvouched(const DebFile& file) {
  AttemptResult result = AttemptResult::failed(
      fmt::format("the index of the archive has no SHA-256 of {}, so it could not be compared with "
                  "anything",
                  file.file));
  result.advice.push_back({.text = "If you know its key or its SHA-256, write that after the "
                                   "address.",
                           .verb = {},
                           .args = {}});
  return result;
}

} // namespace

struct Fetcher::State {
  State(SourceStore& sources, Http& http, DebSources& deb_sources, DeadHosts& dead_hosts,
        FetchOptions fetch_options, Events& sink)
      : store(sources), deb(deb_sources), options(std::move(fetch_options)), events(sink),
        downloader(sources, http, dead_hosts,
                   {.patience = options.patience,
                    .host_budget = options.host_budget,
                    .ask_dead_hosts = options.refresh,
                    .remember_from = options.remember_from,
                    .per_host = options.per_host}),
        git(sources, downloader, sink), deb_mirror(options.deb_mirror, downloader, sink) {}

  SourceStore& store;
  DebSources& deb;
  FetchOptions options;
  Events& events;
  Downloader downloader;
  GitFetcher git;
  DebMirror deb_mirror;
  InFlight in_flight;
  std::mutex mutex;
  std::set<std::string> refreshed; // addresses asked again in this run
  std::set<std::string> told;      // names of what runs, by which listeners tell them apart

  std::optional<SourceItem> present(const FetchTask& task);
  bool may_trust_address(const std::string& url);
  FetchOutcome fetch_missing(const FetchTask& task, TransferProgress& progress,
                             const std::stop_token& stop);
  std::optional<std::size_t> race(std::vector<Try>& tries, const std::vector<std::size_t>& order,
                                  TransferProgress& progress, Patience patience,
                                  const std::stop_token& stop);
  AttemptResult attempt(const Try& what, TransferProgress& progress, Patience patience,
                        const Lane& lane);
  AttemptResult attempt_deb(const Try& what, TransferProgress& progress, Patience patience,
                            const Lane& lane);
  void note_refresh(const Try& what, const SourceItem& now);

  /// What listeners call a fetch that runs: many files are called "v1.0.tar.gz", so the second at a
  /// time is "v1.0.tar.gz (2)".
  class ToldName {
  public:
    ToldName(State& state, const std::string& name) : state_(state), name_(name) {
      std::scoped_lock lock(state_.mutex);
      for (int count = 2; !state_.told.insert(name_).second; ++count)
        name_ = fmt::format("{} ({})", name, count);
    }
    ToldName(const ToldName&) = delete;
    ToldName& operator=(const ToldName&) = delete;
    ~ToldName() {
      std::scoped_lock lock(state_.mutex);
      state_.told.erase(name_);
    }
    const std::string& str() const { return name_; }

  private:
    State& state_;
    std::string name_;
  };
};

/// Local paths are always looked at again, unless they are expected to give what is known.
std::optional<SourceItem> Fetcher::State::present(const FetchTask& task) {
  for (const SourceCandidate& candidate : task.candidates) {
    std::optional<SourceItem> item;
    if (candidate.expected)
      item = store.find(*candidate.expected);
    else if (candidate.url.empty())
      continue;
    else if (parse_address(candidate.url).kind == Address::Kind::http &&
             may_trust_address(candidate.url))
      item = store.find_address(candidate.url);
    else if (std::optional<GitAddress> address = parse_git_address(candidate.url);
             address && is_full_commit(address->ref))
      item = store.find(*SourceKey::parse("git:" + address->ref));
    if (item) return item;
  }
  return std::nullopt;
}

bool Fetcher::State::may_trust_address(const std::string& url) {
  std::scoped_lock lock(mutex);
  return !options.refresh || refreshed.contains(url);
}

AttemptResult Fetcher::State::attempt_deb(const Try& what, TransferProgress& progress,
                                          Patience patience, const Lane& lane) {
  DebFile file;
  try {
    file = options.deb_mirror.address.empty() ? deb.find(what.address.rest, lane.stop())
                                              : deb_mirror.find(what.address.rest, patience, lane);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::interrupted) throw;
    AttemptResult result = AttemptResult::failed(error.message());
    result.bad_address = error.kind() == ErrorKind::usage;
    result.network = error.code() == "debsrc.update-failed" || error.code() == "debsrc.time-limit";
    result.advice = error.advice();
    return result;
  }
  Wanted wanted = what.wanted;
  wanted.type_url = file.file;
  std::optional<Expectation> indexed;
  if (!file.sha256_hex.empty()) indexed = Expectation::parse("sha256:" + file.sha256_hex);
  if (wanted.expected && indexed && !can_be_same(*wanted.expected, *indexed)) {
    AttemptResult other = AttemptResult::failed(
        fmt::format("its index says {}, expected {}", indexed->str(), wanted.expected->str()));
    other.wrong_content = true;
    return other;
  }
  if (!wanted.expected && !indexed) return unvouched(file);
  if (!wanted.expected) wanted.expected = indexed;
  if (wanted.expected)
    if (std::optional<SourceItem> item = store.find(*wanted.expected)) {
      store.add_address(item->key, wanted.url);
      return {.item = store.find(item->key), .reason = {}};
    }
  AttemptResult all = AttemptResult::failed({});
  for (const std::string& url : file.urls) {
    AttemptResult result = downloader.get(url, wanted, progress, patience, lane);
    if (result.item || lane.is_beaten()) return result;
    all.reason += fmt::format("{}{}: {}", all.reason.empty() ? "" : "; ", url, result.reason);
    all.worth_waiting = all.worth_waiting || result.worth_waiting;
    all.wrong_content = all.wrong_content || result.wrong_content;
    all.network = all.network || result.network;
  }
  return all;
}

AttemptResult Fetcher::State::attempt(const Try& what, TransferProgress& progress,
                                      Patience patience, const Lane& lane) {
  switch (what.address.kind) {
  case Address::Kind::local:
    lane.gets_on();
    return take_local(store, what.address.rest, what.wanted, lane.stop());
  case Address::Kind::http:
    if (options.offline) return AttemptResult::failed("offline");
    return downloader.get(what.address.text, what.wanted, progress, patience, lane);
  case Address::Kind::deb_source:
    if (options.offline) return AttemptResult::failed("offline");
    return attempt_deb(what, progress, patience, lane);
  case Address::Kind::git:
    if (options.offline && !what.address.git->is_local) return AttemptResult::failed("offline");
    return git.get(*what.address.git, what.wanted, patience, lane);
  case Address::Kind::unsupported:
    break;
  }
  return AttemptResult::no_such_place(what.address.rest);
}

void Fetcher::State::note_refresh(const Try& what, const SourceItem& now) {
  const std::optional<SourceItem>& before = what.before;
  {
    std::scoped_lock lock(mutex);
    refreshed.insert(what.address.text);
  }
  if (!before || before->key == now.key) return;
  // Whoever expects the new content knows of it.
  const Level level = what.wanted.expected ? Level::notice : Level::warning;
  events.on(Message{level, fmt::format("the content of {} has changed: it gave {}{} and gives {} "
                                       "now; both are kept",
                                       public_address(what.address.text), before->key.str(),
                                       when_given(*before, what.address.text), now.key.str())});
}

/// The one that gave what is expected; the others have their reasons.
std::optional<std::size_t> Fetcher::State::race(std::vector<Try>& tries,
                                                const std::vector<std::size_t>& order,
                                                TransferProgress& progress, Patience patience,
                                                const std::stop_token& stop) {
  const RaceOptions race{.patience = options.patience,
                         .at_once = kCandidatesAtOnce,
                         .makes_room = patience == Patience::little};
  std::optional<std::size_t> winner = run_race(
      order.size(), race,
      [&](std::size_t place, const Lane& lane) {
        Try& one = tries[order[place]];                                   // of this lane alone
        one.result = AttemptResult::failed("another address was faster"); // unless it says more
        one.result.worth_waiting = true;
        AttemptResult result = attempt(one, progress, patience, lane);
        result.reason = replace_all(std::move(result.reason), "\n", "; ");
        if (result.wrong_content && tries.size() > 1)
          events.warning(
              fmt::format("{}: {}", public_address(one.address.text), printable(result.reason)));
        one.result = std::move(result);
        return one.result.item.has_value();
      },
      stop);
  return winner ? std::optional(order[*winner]) : std::nullopt;
}

FetchOutcome Fetcher::State::fetch_missing(const FetchTask& task, TransferProgress& progress,
                                           const std::stop_token& stop) {
  const std::string name = task_name(task);
  std::vector<Try> tries = tries_of(task, options.mirrors);
  for (Try& one : tries)
    if (one.address.kind == Address::Kind::http) one.before = store.find_address(one.address.text);
  std::vector<std::size_t> order(tries.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (Patience patience : {Patience::little, Patience::more}) {
    if (std::optional<std::size_t> winner = race(tries, order, progress, patience, stop)) {
      const Try& one = tries[*winner];
      const SourceItem& item = *one.result.item;
      if (one.address.kind == Address::Kind::http) note_refresh(one, item);
      if (!one.claimed_url.empty()) store.add_claim(item.key, one.claimed_url);
      return {item, public_address(one.address.text), false, failed_attempts(tries, *winner)};
    }
    if (stop.stop_requested())
      throw Error(ErrorKind::interrupted, "source.stopped",
                  fmt::format("fetching {} was stopped", name));
    std::erase_if(order, [&](std::size_t i) { return !tries[i].result.worth_waiting; });
  }
  throw unavailable(task, name, tries, options.offline);
}

Fetcher::Fetcher(SourceStore& store, Http& http, DebSources& deb, DeadHosts& dead_hosts,
                 FetchOptions options, Events& events)
    : state_(std::make_unique<State>(store, http, deb, dead_hosts, std::move(options), events)) {}
Fetcher::~Fetcher() = default;

const FetchOptions& Fetcher::options() const {
  return state_->options;
}

std::string Fetcher::first_server(const FetchTask& task) const {
  const std::vector<MirrorPlace> places = mirror_places(options().mirrors, task);
  if (places.empty() && task.candidates.empty()) return "";
  const std::optional<Url> url = // of none: nullopt
      Url::parse(places.empty() ? task.candidates.front().url : places.front().url);
  return url ? fmt::format("{}:{}", url->host, url->port) : "";
}

FetchOutcome Fetcher::fetch(const FetchTask& task, const std::vector<std::string>& tags,
                            const std::stop_token& stop) {
  if (task.candidates.empty())
    throw Error(ErrorKind::usage, "source.no-address",
                "there is no address to fetch from, expected at least one");
  State& state = *state_;
  std::set<std::string> names;
  for (const SourceCandidate& candidate : task.candidates)
    names.insert(candidate.expected ? candidate.expected->str() : candidate.url);
  InFlight::Ticket ticket = state.in_flight.enter(std::move(names), stop);

  TaskEvent event{
      .kind = "fetch", .name = task_name(task), .state = TaskState::present, .detail = {}};
  std::optional<SourceItem> item = state.present(task);
  if (item) state.store.note_use(item->key);
  if (item && state.store.find(item->key)) { // not removed between finding and noting
    state.store.add_tags(item->key, tags);
    state.events.on(event);
    return {*item, "", true, {}};
  }
  auto start = HostAccounts::Clock::now();
  auto tell = [&](TaskState task_state, std::string detail) {
    event.state = task_state;
    event.detail = std::move(detail);
    event.duration_s = std::chrono::duration<double>(HostAccounts::Clock::now() - start).count();
    state.events.on(event);
  };
  const State::ToldName name(state, event.name);
  event.name = name.str();
  event.state = TaskState::started;
  state.events.on(event);
  TransferProgress progress(state.events, event.name);
  try {
    FetchOutcome outcome = state.fetch_missing(task, progress, stop);
    state.store.add_tags(outcome.item.key, tags);
    tell(TaskState::finished, "from " + outcome.url);
    return outcome;
  } catch (Error& error) {
    std::string message = error.message().substr(0, error.message().find('\n'));
    if (std::size_t at = message.find(kCannotBeFetched); at != std::string::npos)
      message.erase(0, at + kCannotBeFetched.size()); // whoever shows it names the task
    if (message.ends_with(':')) message.pop_back();
    tell(TaskState::failed, message);
    throw;
  }
}

} // namespace hdist
