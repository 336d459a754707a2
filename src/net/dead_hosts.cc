// One line per host, "host seconds-since-1970". The file is a memory, not a record: what cannot be
// read or written costs a few seconds of waiting later, so nothing here fails. Two processes that
// write at once lose one entry at most.
#include "net/http.h"

#include "base/dir.h"
#include "base/error.h"
#include "base/path.h"
#include "base/text.h"

#include <ctime>
#include <map>
#include <mutex>

namespace hdist {

namespace {

constexpr int64_t kFileLimit = 1 << 20;
constexpr std::size_t kMaxHosts = 1000;

using Times = std::map<std::string, int64_t>; // host, when it was found dead

int64_t now_s() {
  return static_cast<int64_t>(std::time(nullptr));
}

Times parse(std::string_view text) {
  Times times;
  for (const std::string& line : split(text, '\n')) {
    std::vector<std::string> words = split_words(line);
    if (words.size() != 2 || !is_valid_utf8(words[0])) continue;
    std::optional<int64_t> time = parse_int(words[1]);
    if (time && times.size() < kMaxHosts) times[words[0]] = *time;
  }
  return times;
}

} // namespace

struct DeadHosts::State {
  std::string file;
  int64_t remember_s = 0;
  mutable std::mutex mutex;
  Times own; // also what the file does not hold because it cannot be written

  /// A time in the future comes from a clock that was set back: nobody knows how old it is.
  bool is_valid(int64_t time) const {
    int64_t age = now_s() - time;
    return time > 0 && age >= 0 && age < remember_s;
  }

  Times all() const {
    Times times = own;
    if (!file.empty()) {
      try {
        std::optional<Dir> dir = Dir::open_if_exists(parent_path(file));
        std::optional<std::string> text =
            dir ? dir->read_file_if_exists(base_name(file), kFileLimit) : std::nullopt;
        if (text) times.merge(parse(*text));
      } catch (const Error&) { // as if it were not there
      }
    }
    std::erase_if(times,
                  [this](const Times::value_type& entry) { return !is_valid(entry.second); });
    return times;
  }

  void save(const Times& times) const {
    if (file.empty()) return;
    std::string text;
    for (const auto& [host, time] : times)
      text += host + " " + std::to_string(time) + "\n";
    try {
      Dir::create(parent_path(file)).write_file(base_name(file), text);
    } catch (const Error&) { // then only this process knows
    }
  }
};

DeadHosts::DeadHosts(std::string file, std::chrono::seconds remember)
    : state_(std::make_unique<State>()) {
  state_->file = std::move(file);
  state_->remember_s = remember.count();
}

DeadHosts::~DeadHosts() = default;

bool DeadHosts::is_dead(const std::string& host) const {
  return dead_for_s(host).has_value();
}

std::optional<int64_t> DeadHosts::dead_for_s(const std::string& host) const {
  std::scoped_lock lock(state_->mutex);
  Times times = state_->all();
  auto found = times.find(to_lower(host));
  if (found == times.end()) return std::nullopt;
  return now_s() - found->second;
}

void DeadHosts::mark_dead(const std::string& host) {
  std::string key = to_lower(host);
  if (split_words(key).size() != 1 || split_words(key).front() != key)
    return; // no host, and no line of the file
  std::scoped_lock lock(state_->mutex);
  state_->own[key] = now_s();
  state_->save(state_->all());
}

void DeadHosts::mark_alive(const std::string& host) {
  std::scoped_lock lock(state_->mutex);
  state_->own.erase(to_lower(host));
  Times times = state_->all();
  if (times.erase(to_lower(host)) > 0) state_->save(times);
}

} // namespace hdist
