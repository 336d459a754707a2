#include "ops/rebrand_op.h"

#include "base/text.h"
#include "base/tree.h"
#include "config/brand_file.h"
#include "data/json.h"
#include "data/toml.h"

#include <fmt/format.h>

namespace hdist {

namespace {

constexpr int64_t kMostOfText = 1 << 20;
constexpr int64_t kMostOfFile = int64_t{1} << 30;

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

  void copy_data(const std::vector<std::string>& collections, const std::string& base) {
    const std::string share = "share/" + brand_.program;
    Dir data = Dir::open(parent_path(paths_.packages));
    for (const Entry& entry : data.list())
      if (entry.name != "brand.json" && entry.name != "collections")
        copy(Dir::open(join_path(data.path(), entry.name)), share + "/" + entry.name);
    for (const std::string& collection : collections)
      copy(Dir::open(join_path(base, collection)),
           share + "/collections/" + base_name(normal_path(collection)));
    folder(to_, share).write_file("brand.json", pretty_json(to_value(brand_)));
    std::optional<Dir> licence = Dir::open_if_exists(prefix_ + "/share/doc/" + old_name_);
    if (licence && licence->exists("LICENSE"))
      copy_entry(*licence, {"LICENSE", EntryType::file}, folder(to_, "share/doc/" + brand_.program),
                 "LICENSE");
  }

private:
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

} // namespace

RebrandResponse rebrand(Session& session, const RebrandRequest& request) {
  const std::string file = absolute_path(request.brand_file);
  const std::string base = parent_path(file);
  BrandFile found = read_brand_file(
      read_toml(request.brand_file, Dir::open(base).read_file(base_name(file), kMostOfText)),
      session.brand());
  const std::string output = absolute_path(request.output);
  Dir parent = Dir::create(parent_path(output));
  auto exists = [&] {
    return Error(ErrorKind::usage, "rebrand.exists",
                 fmt::format("{} exists already: expected the name of a new directory", output));
  };
  if (parent.exists(base_name(output))) throw exists();
  Staging staging(parent);
  try {
    Rebranding rebranding(session.paths(), found.brand, staging.dir());
    rebranding.copy_programs();
    rebranding.copy_python();
    rebranding.copy_data(found.collections, base);
    if (request.write_help) request.write_help(found.brand, staging.dir().path() + "/share");
  } catch (Error& error) {
    error.during(fmt::format("making {} of {}", found.brand.program, request.brand_file));
    throw;
  }
  staging.dir().set_mode(".", 0755);
  if (!std::move(staging).publish(base_name(output))) throw exists();
  return {found.brand, output};
}

Value to_value(const RebrandResponse& response) {
  Value value;
  value.set("brand", to_value(response.brand));
  value.set("path", response.path);
  return value;
}

} // namespace hdist
