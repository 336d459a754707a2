#include "build/source_patch.h"

#include "base/error.h"
#include "base/path.h"
#include "base/text.h"
#include "base/trial_dir.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>

namespace hdist {

namespace {

constexpr const char* kWork = "work";
constexpr const char* kNothing = "/dev/null";
constexpr int64_t kMostOfFile = 64 << 20;

enum class What { absent, text, other };

What what_is(const Dir& dir, const std::string& path) try {
  const std::optional<Dir> parent = dir.open_dir_if_exists(parent_path(path));
  const std::optional<struct stat> status = parent ? parent->stat(base_name(path)) : std::nullopt;
  if (!status) return What::absent;
  const bool is_plain = S_ISREG(status->st_mode) && status->st_size <= kMostOfFile &&
                        printable(path) == path; // a patch has names on lines of their own
  if (!is_plain) return What::other;
  const std::string bytes = parent->read_file(base_name(path), kMostOfFile);
  return bytes.find('\0') == std::string::npos ? What::text : What::other;
} catch (const Error& error) {
  if (error.code() == "file.bad-name") throw; // of a file to add
  return What::other;                         // a link where a directory was, unreadable
}

class Patch {
public:
  Patch(const Dir& before, const Dir& after, const std::string& program_path,
        const std::stop_token& stop)
      : before_(before), after_(after), program_path_(program_path), stop_(stop) {}

  void take(const std::string& path, bool is_wanted) {
    const What was = what_is(before_, path), is = what_is(after_, path);
    if (was == What::absent && is == What::absent) return; // came and went
    if (was == What::other || is == What::other) {
      // Products of a compiler that somebody ran there are no news.
      if ((was != What::absent || is_wanted) && !is_same(path)) result.others.push_back(path);
      return;
    }
    if (was == What::absent && !is_wanted) return result.new_files.push_back(path);
    const bool is_in = add(path, was != What::absent, is != What::absent);
    const bool is_empty = was == What::absent && !is_in; // and new
    if (is_empty || (was == is && is_executable(before_, path) != is_executable(after_, path)))
      result.others.push_back(path);
  }

  SourcePatch result;

private:
  bool is_same(const std::string& path) const {
    if (what_is(before_, path) != what_is(after_, path)) return false;
    const Dir a = before_.open_dir(parent_path(path)), b = after_.open_dir(parent_path(path));
    const std::string name = base_name(path);
    if (a.read_link(name) || b.read_link(name)) return a.read_link(name) == b.read_link(name);
    return a.read_file(name, kMostOfFile) == b.read_file(name, kMostOfFile);
  }

  static bool is_executable(const Dir& dir, const std::string& path) {
    const std::optional<struct stat> status = dir.stat(path);
    return status && (status->st_mode & S_IXUSR) != 0;
  }

  /// As a label in a patch: where the name ends is not to be guessed.
  static std::string label(const std::string& side, const std::string& path) {
    return side + path + (path.find(' ') == std::string::npos ? "" : "\t");
  }

  /// False: the contents are equal.
  bool add(const std::string& path, bool was, bool is) {
    constexpr int kDiffer = 1;
    Command command;
    command.env.set("PATH", program_path_);
    command.env.set("LC_ALL", "C");
    command.argv = {"diff",
                    "-u",
                    "--label",
                    was ? label("a/", path) : kNothing,
                    "--label",
                    is ? label("b/", path) : kNothing,
                    "--",
                    was ? join_path(before_.path(), path) : kNothing,
                    is ? join_path(after_.path(), path) : kNothing};
    std::string text, problem;
    command.standard_output = [&](std::string_view bytes) { text += bytes; };
    command.output = [&](std::string_view bytes) { problem += bytes; };
    const ExitStatus status = start(command);
    if (status.stopped) throw Error(ErrorKind::interrupted, "interrupted", "interrupted");
    if (status.ok()) return false;
    if (status.signal != 0 || status.exit_code != kDiffer)
      throw Error(
          ErrorKind::failed, "debug.diff-failed",
          fmt::format("diff could not compare {}: {}: {}", path, status.text(), trim(problem)));
    result.text += text;
    result.files.push_back(path);
    return true;
  }

  ExitStatus start(const Command& command) const {
    try {
      return run(command, stop_);
    } catch (const Error& error) {
      if (error.code() != "process.not-found") throw;
      throw Error(ErrorKind::failed, "debug.no-diff",
                  "the program diff, which writes the patch, is not in PATH (package diffutils)");
    }
  }

  const Dir& before_;
  const Dir& after_;
  const std::string& program_path_;
  const std::stop_token& stop_;
};

} // namespace

SourcePatch source_patch(const PatchRequest& request, const BuildParts& parts,
                         const std::stop_token& stop) {
  const Dir place = Dir::open(join_path(parts.options.temp_dir, request.build.directory));
  const BuildSpec spec = read_spec(place);
  const Dir after = place.open_dir(kWork);
  std::set<std::string> changed = changed_files(place);
  for (const std::string& path : request.add) {
    if (what_is(after, path) == What::absent)
      throw Error(ErrorKind::usage, "debug.no-file",
                  fmt::format("there is no file {} in {}", path, after.path()));
    changed.insert(path);
  }
  const TrialDir trial(parts.options.temp_dir);
  const Dir before = Dir::create(trial.sub(kWork));
  unpack_sources(spec, parts.sources, before, stop);
  Patch patch(before, after, request.program_path, stop);
  for (const std::string& path : changed)
    patch.take(path, std::find(request.add.begin(), request.add.end(), path) != request.add.end());
  return std::move(patch.result);
}

} // namespace hdist
