// apt is asked and not replaced: it knows proxies, signatures, suites and mirrors of the host. It
// gets a configuration of its own by -c (#clear works only in a file), so that neither root nor the
// system's lists are needed and nothing of the system changes.
#include "source/private_apt.h"

#include "base/dir.h"
#include "base/error.h"
#include "base/process.h"
#include "base/text.h"
#include "data/digest.h"
#include "source/apt_sources.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>

namespace hdist {

namespace {

constexpr const char* kStamp = "updated";
constexpr const char* kSources = "src.sources";
constexpr const char* kConfig = "apt.conf";
constexpr std::string_view kHookClears = "#clear APT::Update;\n#clear DPkg;\n"
                                         "#clear Acquire::IndexTargets::deb;\n";
constexpr std::string_view kSettings = R"(Dir::State "$D";
Dir::State::lists "$D/lists";
Dir::State::status "$D/status";
Dir::State::extended_states "$D/extended_states";
Dir::Cache "$D/cache";
Dir::Log "$D/log";
Dir::Etc::SourceList "$D/src.sources";
Dir::Etc::SourceParts "/dev/null";
Dir::Etc::Preferences "/dev/null";
Dir::Etc::PreferencesParts "/dev/null";
APT::Sandbox::User "root";
Acquire::Languages "none";
Acquire::GzipIndexes "true";
Acquire::http::Timeout "5";
Acquire::https::Timeout "5";
Acquire::Retries "0";
APT::Get::List-Cleanup "true";
APT::Update::Error-Mode "any";
)";

void need_program(const std::string& path) {
  if (::access(path.c_str(), X_OK) == 0) return;
  Error error(ErrorKind::failed, "debsrc.no-apt",
              fmt::format("{} is not there: deb-src: addresses need apt, or the address of an "
                          "archive in the setting sources.deb-mirror",
                          path));
  error.advise({.text = "Name an archive, such as http://mirror.example.org/debian",
                .verb = "config",
                .args = {"set", "sources.deb-mirror", "ADDRESS"}});
  throw error;
}

std::string fingerprint(const std::string& sources) {
  return sha256(sources).base32() + "\n";
}

} // namespace

double Deadline::left_s() const {
  constexpr double kLeast = 0.1;
  double left = std::chrono::duration<double>(time - std::chrono::steady_clock::now()).count();
  return std::max(left, kLeast);
}

std::optional<AptRow> parse_apt_row(std::string_view line) {
  line = trim(line);
  std::size_t end = line.starts_with('\'') ? line.find('\'', 1) : std::string_view::npos;
  if (end == std::string_view::npos) return std::nullopt;
  std::vector<std::string> words = split_words(line.substr(end + 1));
  if (words.empty()) return std::nullopt;
  AptRow row{.url = std::string(line.substr(1, end - 1)), .file = words[0], .sha256_hex = {}};
  row.url = replace_all(replace_all(row.url, "%2b", "+"), "%2B", "+"); // some servers know only '+'
  if (words.size() > 1) row.size_bytes = parse_int(words[1]).value_or(-1);
  constexpr std::string_view kSha256 = "SHA256:";
  for (const std::string& word : words)
    if (word.starts_with(kSha256)) row.sha256_hex = to_lower(word.substr(kSha256.size()));
  return row;
}

std::string apt_complaint(const std::string& standard_error) {
  constexpr std::string_view kFailed = "E: Failed to fetch ";
  constexpr std::size_t kMost = 3;
  std::vector<std::string> lines, about_archives;
  for (const std::string& raw : split(standard_error, '\n')) {
    std::string line = printable(trim(raw));
    if (line.empty() || line.starts_with("E: Some index files failed to download")) continue;
    if (!line.starts_with(kFailed)) {
      lines.push_back(std::move(line));
      continue;
    }
    line.erase(0, kFailed.size());
    if (std::size_t end = line.find("  "); end != std::string::npos) line.replace(end, 2, ": ");
    about_archives.push_back(std::move(line));
  }
  if (!about_archives.empty()) lines = std::move(about_archives);
  if (lines.size() <= kMost) return join(lines, "; ");
  std::size_t others = lines.size() - kMost;
  lines.resize(kMost);
  return fmt::format("{}; and {} more", join(lines, "; "), others);
}

PrivateApt::Answer PrivateApt::ask(const std::string& program,
                                   const std::vector<std::string>& words,
                                   const Deadline& deadline) const {
  Answer answer;
  Command command;
  command.argv = {program, "-c", join_path(options_.state_dir, kConfig)};
  command.argv.insert(command.argv.end(), words.begin(), words.end());
  command.env = Env::current();
  command.env.set("LC_ALL", "C");
  command.timeout_s = deadline.left_s();
  constexpr std::size_t kMost = std::size_t{64} << 20;
  auto keep = [](std::string& text) {
    return [&text](std::string_view bytes) {
      if (text.size() + bytes.size() <= kMost) text += bytes;
    };
  };
  std::string complaint;
  command.standard_output = keep(answer.output);
  command.output = keep(complaint);
  ExitStatus status = run(command, deadline.stop);
  if (status.stopped || deadline.stop.stop_requested())
    throw Error(ErrorKind::interrupted, "source.stopped",
                fmt::format("asking {} was stopped", program));
  answer.ok = status.ok();
  answer.complaint = apt_complaint(complaint);
  if (!answer.ok && answer.complaint.empty())
    answer.complaint = fmt::format("{} ended with {}", base_name(program), status.text());
  return answer;
}

void PrivateApt::prepare() {
  need_program(options_.apt_get);
  need_program(options_.apt_cache);
  sources_ = deb_src_text(read_apt_archives(options_.apt_dir));
  if (sources_.empty())
    throw Error(ErrorKind::failed, "debsrc.no-sources",
                fmt::format("{} lists no package archive that sources could be read from",
                            options_.apt_dir));
  if (options_.state_dir.find_first_of("\"\n\\;") != std::string::npos)
    throw Error(ErrorKind::failed, "debsrc.bad-path",
                fmt::format("apt cannot work in {}: a quote, backslash, semicolon or line break is "
                            "in the path",
                            printable(options_.state_dir)));
  Dir dir = Dir::create(options_.state_dir);
  for (const char* name : {"lists/partial", "cache/archives/partial", "log"})
    dir.make_dirs(name);
  if (!dir.exists("status")) dir.write_file("status", "");
  std::string config =
      std::string(kHookClears) + replace_all(std::string(kSettings), "$D", dir.path());
  if (dir.read_file_if_exists(kConfig) != config) dir.write_file(kConfig, config);
  if (dir.read_file_if_exists(kSources) != sources_) dir.write_file(kSources, sources_);
}

bool PrivateApt::is_fresh() const {
  Dir dir = Dir::open(options_.state_dir);
  if (dir.read_file_if_exists(kStamp) != fingerprint(sources_)) return false;
  std::optional<struct stat> status = dir.stat(kStamp);
  if (!status) return false;
  int64_t age_s = int64_t{std::time(nullptr)} - status->st_mtim.tv_sec;
  return age_s >= 0 && age_s < options_.keep_state.count();
}

std::string PrivateApt::update(const Deadline& deadline) {
  Answer answer = ask(options_.apt_get, {"-qq", "update"}, deadline);
  described_.clear();
  Dir dir = Dir::open(options_.state_dir);
  std::vector<Entry> lists = dir.open_dir("lists").list();
  bool has_lists = std::any_of(lists.begin(), lists.end(), [](const Entry& entry) {
    return entry.name.find("_Sources") != std::string::npos ||
           entry.name.find("_source_") != std::string::npos;
  });
  if (!answer.ok && !has_lists)
    throw Error(ErrorKind::failed, "debsrc.update-failed",
                "the indexes of the host's package archives could not be read: " +
                    answer.complaint);
  dir.write_file(kStamp, fingerprint(sources_));
  return answer.ok ? "" : answer.complaint;
}

/// The paragraphs of all its versions; apt reads all indexes for that.
const std::string& PrivateApt::described(const std::string& package,
                                         const Deadline& deadline) const {
  const auto found = described_.find(package);
  if (found != described_.end()) return found->second;
  Answer answer = ask(options_.apt_cache, {"showsrc", "--only-source", package}, deadline);
  return described_[package] = std::move(answer.output);
}

std::vector<std::string> PrivateApt::versions(const std::string& package,
                                              const Deadline& deadline) const {
  constexpr std::string_view kVersion = "Version: ";
  std::vector<std::string> versions;
  for (const std::string& line : split(described(package, deadline), '\n')) {
    if (!line.starts_with(kVersion)) continue;
    std::string version(trim(std::string_view(line).substr(kVersion.size())));
    if (std::find(versions.begin(), versions.end(), version) == versions.end())
      versions.push_back(std::move(version));
  }
  return versions;
}

std::vector<AptRow> PrivateApt::rows(const std::string& package, const Deadline& deadline) const {
  std::vector<AptRow> rows;
  Answer answer =
      ask(options_.apt_get,
          {"-qq", "--print-uris", "--download-only", "--only-source", "source", package}, deadline);
  for (const std::string& line : split(answer.output, '\n'))
    if (std::optional<AptRow> row = parse_apt_row(line)) rows.push_back(*std::move(row));
  return rows;
}

std::vector<DebListed> PrivateApt::listed(const DebAddress& address,
                                          const Deadline& deadline) const {
  std::vector<DebListed> found;
  Paragraphs paragraphs([&](std::string_view paragraph) {
    if (std::optional<DebListed> listed = listed_in(paragraph, address))
      found.push_back(*std::move(listed));
  });
  paragraphs.feed(described(address.package, deadline));
  paragraphs.finish();
  return found;
}

} // namespace hdist
