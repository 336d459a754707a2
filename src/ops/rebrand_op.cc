#include "ops/rebrand_op.h"

#include "base/named_file.h"
#include "base/path.h"
#include "base/process.h"
#include "base/text.h"
#include "base/tree.h"
#include "base/trial_dir.h"
#include "config/brand_file.h"
#include "data/json.h"
#include "data/toml.h"
#include "ops/brand_check.h"
#include "ops/operation_list.h"
#include "ops/version.h"

#include <fmt/format.h>

#include <sys/stat.h>

#include <algorithm>

namespace hdist {

namespace {

constexpr int64_t kMostOfText = 1 << 20;
constexpr int64_t kMostOfFile = int64_t{1} << 30;
constexpr std::string_view kUnfinished = ".tmp-rebrand-"; // beside the output
constexpr const char* kMade = "made";                     // in that
constexpr const char* kStack = "stack.yaml";              // Paths::default_stack

Dir folder(const Dir& root, const std::string& name) {
  return root.make_dirs(name);
}

void copy_entry(const Dir& from, const Entry& entry, const Dir& to, const std::string& name) {
  if (entry.type == EntryType::symlink)
    return to.make_symlink(from.read_link(entry.name).value(), name);
  const std::string content =
      from.read_file(entry.name, kMostOfFile); // an error when it is missing
  const mode_t mode = from.stat(entry.name).value().st_mode & 0777U;
  to.write_file(name, content, {.mode = mode, .durable = false});
}

/// Of an installation: everything, but what is called like the old brand gets the new name.
class Rebranding {
public:
  Rebranding(const Paths& paths, const Brand& brand, const Dir& to)
      : paths_(paths), brand_(brand), to_(to), old_name_(base_name(paths.modules)),
        prefix_(parent_path(parent_path(paths.modules))) {}

  void copy_programs() {
    Dir bin = Dir::open(prefix_ + "/bin");
    copy_entry(bin, {old_name_, EntryType::file}, folder(to_, "bin"), brand_.program);
    Dir parts = Dir::open(paths_.modules);
    Dir new_parts = folder(to_, "lib/" + brand_.program);
    for (const Entry& entry : parts.list())
      if (entry.type == EntryType::file)
        copy_entry(parts, entry, new_parts, entry.name == old_name_ ? brand_.program : entry.name);
    Dir lib = Dir::open(prefix_ + "/lib");
    for (const Entry& entry : lib.list())
      if (entry.name.starts_with("libhashdist.so"))
        copy_entry(lib, entry, folder(to_, "lib"), entry.name);
  }

  void copy_python() {
    std::optional<Dir> python = Dir::open_if_exists(prefix_ + "/lib/python");
    if (!python) return;
    copy(Dir::open(python->path() + "/hashdistlib"), "lib/python/hashdistlib");
    std::string package = "lib/python";
    for (const std::string& part : split(brand_.python_package, '.')) {
      if (package != "lib/python") to_.write_file(package + "/__init__.py", "");
      package += "/" + part;
      (void)folder(to_, package);
    }
    copy(Dir::open(python->path() + "/hashdist"), package);
    to_.write_file(package + "/_brand.py", python_brand());
  }

  /// Each as a program of its own, whatever its mode was.
  void copy_commands(const std::vector<std::string>& files, const std::string& base) {
    for (std::size_t i = 0; i < files.size(); ++i)
      folder(to_, "lib/" + brand_.program + "/commands")
          .write_file(brand_.commands[i].name, read(join_path(base, files[i])), {.mode = 0755});
  }

  void copy_data(const BrandFile& file, const std::string& base) {
    const std::string share = "share/" + brand_.program;
    Dir data = Dir::open(parent_path(paths_.packages));
    for (const Entry& entry : data.list())
      if (entry.type != EntryType::file && entry.name != "collections")
        copy(Dir::open(join_path(data.path(), entry.name)), share + "/" + entry.name);
    for (const std::string& collection : file.collections)
      copy(Dir::open(join_path(base, collection)),
           share + "/collections/" + base_name(normal_path(join_path(base, collection))));
    folder(to_, share).write_file("brand.json", pretty_json(to_value(brand_)));
    if (brand_.has_default_stack)
      folder(to_, share).write_file(kStack, read(join_path(base, file.default_stack)));
    std::optional<Dir> licence = Dir::open_if_exists(prefix_ + "/share/doc/" + old_name_);
    if (licence && licence->exists("LICENSE"))
      copy_entry(*licence, {"LICENSE", EntryType::file}, folder(to_, "share/doc/" + brand_.program),
                 "LICENSE");
  }

  /// By the new program itself, which checks its own commands by that.
  void write_help(const std::stop_token& stop) const {
    Command command;
    command.argv = {fmt::format("{0}/lib/{1}/{1}", to_.path(), brand_.program), "help", "--install",
                    to_.path() + "/share"};
    command.env.set("PATH", "/usr/bin:/bin");
    std::string said;
    command.output = [&](std::string_view bytes) {
      if (said.size() < static_cast<std::size_t>(kMostOfText)) said += bytes;
    };
    ExitStatus status = run(command, stop);
    if (!status.ok())
      throw Error(status.exit_code == exit_code(ErrorKind::usage) ? ErrorKind::usage
                                                                  : ErrorKind::failed,
                  "rebrand.help",
                  fmt::format("the new program cannot write its manual pages ({}): {}",
                              status.text(), trim(said)));
  }

private:
  static std::string read(const std::string& path) {
    return Dir::open(parent_path(path)).read_file(base_name(path), kMostOfFile);
  }

  void copy(const Dir& from, const std::string& name) {
    Dir to = folder(to_, name);
    copy_tree(from, to);
    to.remove_tree("__pycache__");
  }

  /// The names that python/hashdist/_brand.py has. JSON's strings are Python's, too.
  std::string python_brand() const {
    auto line = [](const char* name, const std::string& text) {
      return fmt::format("{} = {}\n", name, compact_json(Value(text)));
    };
    return "\"\"\"The names and places of this distribution.\"\"\"\n\n" +
           line("PROGRAM", brand_.program) + line("ENV_PREFIX", brand_.env_prefix) +
           line("CONFIG_FILE", brand_.config_file) +
           line("OLD_CONFIG_FILE", brand_.old_config_file) +
           line("SYSTEM_CONFIG_FILE", brand_.system_config_file) + line("ROOT", brand_.root) +
           line("CONFIG_SECTION", brand_.config_section);
  }

  const Paths& paths_;
  const Brand& brand_;
  const Dir& to_;
  std::string old_name_, prefix_;
};

/// What `tar` makes of the ends of names; nullopt: a directory.
bool is_archive(const std::string& name) {
  constexpr const char* kEnds[] = {".tar", ".tar.gz", ".tgz", ".tar.xz", ".tar.zst"};
  return std::any_of(std::begin(kEnds), std::end(kEnds),
                     [&](const char* end) { return name.ends_with(end); });
}

/// A directory of such a name would be taken for a damaged archive.
void check_kind(const std::string& output) {
  constexpr const char* kOthers[] = {
      ".zip", ".7z", ".rar", ".bz2", ".tbz", ".tbz2", ".gz",   ".xz",  ".txz", ".zst", ".tzst",
      ".lz4", ".lz", ".deb", ".rpm", ".whl", ".jar",  ".cpio", ".iso", ".run", ".exe", ".dmg"};
  const std::string name = to_lower(base_name(output));
  const bool is_other = std::any_of(std::begin(kOthers), std::end(kOthers),
                                    [&](const char* end) { return name.ends_with(end); });
  if (is_archive(base_name(output)) || (!is_other && !is_archive(name))) return;
  throw Error(ErrorKind::usage, "rebrand.archive-type",
              fmt::format("no archive of the type of {} can be made: expected a name that ends in "
                          ".tar.gz, .tgz, .tar.xz, .tar.zst or .tar, or that of a directory",
                          printable(output)));
}

/// The same bytes for the same files, whoever packs them and when.
void pack(const Dir& parent, const std::string& folder, const std::string& archive,
          const std::stop_token& stop) {
  Command command;
  command.argv = {"tar",
                  "--sort=name",
                  "--mtime=@315532800",
                  "--owner=0",
                  "--group=0",
                  "--numeric-owner",
                  "--format=gnu",
                  "--mode=go=u,go-w",
                  "--auto-compress",
                  "-cf",
                  parent.path() + "/" + archive,
                  "-C",
                  parent.path(),
                  folder};
  command.env.set("PATH", "/usr/local/bin:/usr/bin:/bin");
  try {
    (void)capture(command, stop);
  } catch (const Error& error) {
    throw Error(ErrorKind::failed, "rebrand.archive",
                fmt::format("the archive cannot be made by tar: {}", error.message()));
  }
}

void make(Session& session, const BrandFile& file, const std::string& base, const Dir& to) {
  Rebranding rebranding(session.paths(), file.brand, to);
  rebranding.copy_programs();
  rebranding.copy_python();
  rebranding.copy_commands(file.command_files, base);
  rebranding.copy_data(file, base);
  rebranding.write_help(session.stop());
  to.set_mode(".", 0755);
}

// The new program runs before it is published, and tar is given paths. Both are in a private place:
// at the output somebody else may be able to put other things there meanwhile.

/// False when something has that name now.
bool make_directory(Session& session, const BrandFile& file, const std::string& base,
                    const Dir& parent, const std::string& name) {
  const TrialDir unfinished(parent, kUnfinished);
  const Dir whole = Dir::create(unfinished.sub(kMade));
  const TrialDir trial(session.temp_dir());
  const Dir made = Dir::create(trial.sub("made"));
  make(session, file, base, made);
  copy_tree(made, whole);
  whole.set_mode(".", 0755);
  return parent.rename_new(join_path(unfinished.name(), kMade), name);
}

bool make_archive(Session& session, const BrandFile& file, const std::string& base,
                  const Dir& parent, const std::string& name) {
  const TrialDir unfinished(parent, kUnfinished);
  const TrialDir trial(session.temp_dir());
  const Dir made = Dir::create(trial.sub("made"));
  const std::string folder = fmt::format("{}-{}", file.brand.program, kVersion);
  make(session, file, base, made.make_dir(folder));
  pack(made, folder, name, session.stop());
  copy_entry(made, {name, EntryType::file}, parent.open_dir(unfinished.name()), name);
  return parent.rename_new(join_path(unfinished.name(), name), name);
}

std::string text_of_brand(const std::string& path, const std::string& word) {
  std::optional<std::string> text = read_named_file(path, kMostOfText, Pipes::any);
  if (text) return *std::move(text);
  throw Error(ErrorKind::usage, "rebrand.not-found",
              fmt::format("there is no file {}: expected the description of a brand, brand.toml",
                          printable(word)));
}

} // namespace

RebrandResponse rebrand(Session& session, const RebrandRequest& request) {
  check_kind(request.output);
  const std::string path = absolute_path(request.brand_file);
  const std::string base = folder_of_named(path);
  const Document toml = read_toml(request.brand_file, text_of_brand(path, request.brand_file));
  BrandFile file = read_brand_file(toml, session.brand(), session.config().home());
  check_brand_files(session, toml, file, base);
  const std::string output = absolute_path(request.output);
  const std::string name = base_name(output);
  Dir parent = Dir::create(parent_path(output));
  auto exists = [&] {
    return Error(ErrorKind::usage, "rebrand.exists",
                 fmt::format("{} exists already: expected a new name", output));
  };
  if (parent.exists(name)) throw exists();
  bool is_new = false;
  try {
    is_new = is_archive(name) ? make_archive(session, file, base, parent, name)
                              : make_directory(session, file, base, parent, name);
  } catch (Error& error) {
    error.during(fmt::format("making {} of {}", file.brand.program, request.brand_file));
    throw;
  }
  if (!is_new) throw exists();
  return {file.brand, output};
}

Value to_value(const RebrandResponse& response) {
  Value value;
  value.set("brand", to_value(response.brand));
  value.set("path", response.path);
  return value;
}

RebrandRequest read_rebrand_request(const Document& request) {
  Fields fields(request, request.root, "");
  RebrandRequest result{fields.text("brand_file"), fields.text("output")};
  fields.finish();
  return result;
}

Operation rebrand_operation() {
  return {"rebrand", "an installation of this program under another name",
          [](Session& session, const Document& request) {
            RebrandResponse response = rebrand(session, read_rebrand_request(request));
            throw_if_stopped(session);
            return to_value(response);
          }};
}

} // namespace hdist
