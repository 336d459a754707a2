// The newest version of a package may be listed at an address that does not serve it (any more),
// and several versions share one .orig file. So all versions are asked about, and all addresses of
// the same content are returned.
#include "source/deb_source.h"

#include "base/dir.h"
#include "base/error.h"
#include "base/lease.h"
#include "base/text.h"
#include "net/http.h"
#include "source/deb_index.h"
#include "source/in_flight.h"
#include "source/private_apt.h"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>

namespace hdist {

namespace {

constexpr const char* kClaim = "apt.claim";

Error too_late(std::chrono::seconds limit) {
  return {ErrorKind::failed, "debsrc.time-limit",
          fmt::format("apt gave no answer within {} s", limit.count())};
}

/// Unless another process was first and holds it now.
void remove_dead_claim(const Dir& dir, const std::optional<LeaseHolder>& dead) {
  std::optional<std::string> text = dir.read_file_if_exists(kClaim);
  std::optional<LeaseHolder> now = text ? LeaseHolder::parse(*text) : std::nullopt;
  bool is_same = !now || !dead || now->token == dead->token;
  if (text && is_same) dir.remove_file(kClaim);
}

/// One process at a time works with the state; apt's own lock would make the second fail at once.
Lease wait_for_claim(const Dir& dir, const Deadline& deadline, std::chrono::seconds limit) {
  constexpr std::chrono::milliseconds kLookEvery{50};
  std::mutex mutex;
  std::condition_variable_any never;
  LeaseWatch watch(dir, kClaim);
  for (;;) {
    if (std::optional<Lease> lease = Lease::try_take(dir, kClaim)) return *std::move(lease);
    if (watch.look() == Liveness::dead) {
      remove_dead_claim(dir, watch.holder());
      continue;
    }
    std::unique_lock lock(mutex);
    never.wait_for(lock, deadline.stop, kLookEvery, [] { return false; });
    if (deadline.stop.stop_requested())
      throw Error(ErrorKind::interrupted, "source.stopped", "waiting for apt was stopped");
    if (std::chrono::steady_clock::now() > deadline.time) throw too_late(limit);
  }
}

/// What the paragraphs say of the file at that address; "" where they say nothing, or two things.
std::string listed_sha256(const std::vector<DebListed>& listed, const AptRow& row) {
  const std::string url = percent_decode(row.url).value_or(row.url);
  std::string sha256_hex;
  for (const DebListed& one : listed) {
    const std::string directory = one.directory == "." ? "" : "/" + one.directory;
    const bool is_it = one.file.size_bytes == row.size_bytes &&
                       url.ends_with(fmt::format("{}/{}", directory, row.file));
    if (!is_it) continue;
    if (!sha256_hex.empty() && sha256_hex != one.file.sha256_hex) return "";
    sha256_hex = one.file.sha256_hex;
  }
  return sha256_hex;
}

} // namespace

struct DebSources::State {
  State(DebOptions deb_options, Events& sink) : options(std::move(deb_options)), events(sink) {}

  DebOptions options;
  Events& events;
  InFlight in_flight; // one thread at a time
  bool was_updated = false;
  std::string unread; // archives whose indexes could not be read in this run, with the reasons
  std::optional<Error> update_failed; // of this run: trying again would cost the same again
  std::map<std::string, DebFile> known;

  std::optional<DebFile> query(const PrivateApt& apt, const DebAddress& address,
                               const Deadline& deadline) const;
  void update(PrivateApt& apt, const Deadline& deadline);
  DebFile find(const DebAddress& address, const std::string& text, const Deadline& deadline);
};

std::optional<DebFile> DebSources::State::query(const PrivateApt& apt, const DebAddress& address,
                                                const Deadline& deadline) const {
  std::vector<std::string> versions = {address.version};
  if (address.version.empty()) versions = apt.versions(address.package, deadline);
  std::optional<DebFile> found;
  for (const std::string& version : versions) {
    if (std::chrono::steady_clock::now() > deadline.time) break; // with what there is
    for (AptRow& row : apt.rows(address.package + "=" + version, deadline)) {
      if (row.file != address.file) continue;
      if (row.sha256_hex.empty())
        row.sha256_hex =
            listed_sha256(apt.listed({address.package, version, address.file}, deadline), row);
      if (!found)
        found = DebFile{.urls = {},
                        .file = row.file,
                        .size_bytes = row.size_bytes,
                        .sha256_hex = row.sha256_hex};
      bool is_new = std::find(found->urls.begin(), found->urls.end(), row.url) == found->urls.end();
      if (is_new && row.sha256_hex == found->sha256_hex) found->urls.push_back(row.url);
    }
  }
  return found;
}

void DebSources::State::update(PrivateApt& apt, const Deadline& deadline) {
  if (update_failed) throw Error(*update_failed);
  was_updated = true;
  events.info("reading the indexes of the host's source archives");
  try {
    unread = apt.update(deadline);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::interrupted) update_failed = error;
    throw;
  }
  // Of no interest to whoever finds his file; else it is part of the reason.
  if (!unread.empty())
    events.info("some of the host's package archives could not be read: " + unread);
}

DebFile DebSources::State::find(const DebAddress& address, const std::string& text,
                                const Deadline& deadline) {
  PrivateApt apt(options);
  Dir dir = Dir::create(options.state_dir);
  Lease claim = wait_for_claim(dir, deadline, options.time_limit);
  apt.prepare();
  if (update_failed || (!was_updated && !apt.is_fresh())) update(apt, deadline);
  std::optional<DebFile> file = query(apt, address, deadline);
  if (!file && !was_updated) {
    update(apt, deadline);
    file = query(apt, address, deadline);
  }
  if (file) return *std::move(file);
  if (std::chrono::steady_clock::now() > deadline.time) throw too_late(options.time_limit);
  const std::string reason = unread.empty() ? "" : ", but not all could be read: " + unread;
  const std::string package = text.substr(0, text.find('/'));
  if (apt.versions(address.package, deadline).empty())
    throw Error(
        ErrorKind::failed, "debsrc.not-found",
        fmt::format("the host's source archives have no source package {}{}", package, reason));
  throw Error(ErrorKind::failed, "debsrc.not-found",
              fmt::format("the host's source archives have no file {} of the source package {}{}",
                          address.file, package, reason));
}

DebSources::DebSources(DebOptions options, Events& events)
    : state_(std::make_unique<State>(std::move(options), events)) {}
DebSources::~DebSources() = default;

DebFile DebSources::find(const std::string& text, const std::stop_token& stop) {
  DebAddress address = parse_deb_address(text);
  InFlight::Ticket ticket = state_->in_flight.enter({"apt"}, stop);
  auto known = state_->known.find(text);
  if (known != state_->known.end()) return known->second;
  Deadline deadline{std::chrono::steady_clock::now() + state_->options.time_limit, stop};
  DebFile file = state_->find(address, text, deadline);
  state_->known.emplace(text, file);
  return file;
}

} // namespace hdist
