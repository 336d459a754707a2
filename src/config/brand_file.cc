#include "config/brand_file.h"

#include "base/dir.h"
#include "base/error.h"
#include "base/text.h"
#include "config/home.h"
#include "config/keys.h"
#include "data/fields.h"
#include "data/json.h"

#include <fmt/format.h>

#include <algorithm>

namespace hdist {

namespace {

constexpr int64_t kMostBytes = 1 << 20;

bool is_word(std::string_view text, std::string_view more) {
  constexpr std::size_t kLongest = 60;
  auto fits = [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           more.find(c) != std::string_view::npos;
  };
  return !text.empty() && text.size() <= kLongest && text[0] >= 'a' && text[0] <= 'z' &&
         std::all_of(text.begin(), text.end(), fits);
}

std::string name_of(Fields& fields, const Brand& own) {
  std::string name = fields.text("name");
  if (!is_word(name, "-") || name.ends_with('-'))
    throw Error(ErrorKind::refused, "brand.name",
                fmt::format("\"{}\" cannot be the name of a command: expected lower-case letters, "
                            "digits and '-', starting with a letter",
                            printable(name)));
  if (name == own.program || name == Brand().program || name == "hit")
    throw Error(ErrorKind::refused, "brand.name",
                fmt::format("the name \"{}\" is taken: a brand has a command of its own", name));
  return name;
}

/// "qsnake-hdist" is the command of the distribution qsnake.
std::string short_name(const std::string& name) {
  constexpr std::string_view kEnd = "-hdist";
  return name.ends_with(kEnd) ? name.substr(0, name.size() - kEnd.size()) : name;
}

std::string path_field(Fields& fields, std::string_view field, std::string fallback) {
  std::string path = fields.text_or(field, std::move(fallback));
  if (!path.starts_with("~/") && !path.starts_with('/'))
    throw fields.error(field, "expected an absolute path, or one that starts with ~/");
  return path;
}

void read_share(Fields& fields, Brand& brand, const Brand& own) {
  std::string share = replace_all(fields.text_or("share", "none"), " ", "");
  brand.sources_root = brand.artifacts_root = brand.root;
  if (share == "none") return;
  if (share != "sources" && share != "sources,artifacts")
    throw fields.error("share", "expected \"sources,artifacts\", \"sources\" or \"none\"");
  brand.sources_root = own.sources_root;
  if (share != "sources") brand.artifacts_root = own.artifacts_root;
}

/// What `import` finds in any Python 3 that is there: a package of such a name hides it, or is
/// hidden.
constexpr std::string_view kPythonModules =
    "abc aifc annotationlib antigravity argparse array ast asynchat asyncio asyncore "
    "atexit audioop base64 bdb binascii bisect builtins bz2 calendar cgi cgitb chunk "
    "cmath cmd code codecs codeop collections colorsys compileall compression concurrent "
    "configparser contextlib contextvars copy copyreg crypt csv ctypes curses dataclasses "
    "datetime dbm decimal difflib dis distutils doctest email encodings ensurepip enum "
    "errno faulthandler fcntl filecmp fileinput fnmatch fractions ftplib functools gc "
    "genericpath getopt getpass gettext glob graphlib grp gzip hashlib heapq hmac html "
    "http idlelib imaplib imghdr imp importlib inspect io ipaddress itertools json "
    "keyword lib2to3 linecache locale logging lzma mailbox mailcap marshal math mimetypes "
    "mmap modulefinder msilib msvcrt multiprocessing netrc nis nntplib nt ntpath "
    "nturl2path numbers opcode operator optparse os ossaudiodev pathlib pdb pickle "
    "pickletools pipes pkgutil platform plistlib poplib posix posixpath pprint profile "
    "pstats pty pwd py_compile pyclbr pydoc pydoc_data pyexpat queue quopri random re "
    "readline reprlib resource rlcompleter runpy sched secrets select selectors shelve "
    "shlex shutil signal site smtpd smtplib sndhdr socket socketserver spwd sqlite3 "
    "sre_compile sre_constants sre_parse ssl stat statistics string stringprep struct "
    "subprocess sunau symtable sys sysconfig syslog tabnanny tarfile telnetlib tempfile "
    "termios test textwrap this threading time timeit tkinter token tokenize tomllib "
    "trace traceback tracemalloc tty turtle turtledemo types typing unicodedata unittest "
    "urllib uu uuid venv warnings wave weakref webbrowser winreg winsound wsgiref xdrlib "
    "xml xmlrpc zipapp zipfile zipimport zlib zoneinfo";

bool is_python_module(const std::string& name) {
  const std::vector<std::string> names = split(std::string(kPythonModules), ' ');
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// Of a field that gets in the way of something else; where its value follows from the name, at
/// that.
Error taken(Fields& fields, std::string_view field, std::string_view value,
            std::string_view message) {
  const bool is_said = fields.find(field) != nullptr;
  return fields.error(is_said ? field : "name",
                      fmt::format("{}\"{}\" {}", is_said ? "" : fmt::format("the {} ", field),
                                  printable(value), message));
}

/// It would read, or write over, what is another distribution's.
void check_places(Fields& fields, const Brand& brand, const Brand& own, const std::string& home) {
  auto resolved = [&](const std::string& path) { return normal_path(expand_home(path, home)); };
  auto is_one_of = [&](const std::string& path, const std::vector<std::string>& others) {
    return std::any_of(others.begin(), others.end(),
                       [&](const std::string& other) { return resolved(path) == resolved(other); });
  };
  const std::pair<const char*, const std::string*> files[] = {
      {"config", &brand.config_file},
      {"old_config", &brand.old_config_file},
      {"system_config", &brand.system_config_file}};
  for (const Brand& other : {Brand(), own}) {
    for (const auto& [field, path] : files)
      if (is_one_of(*path, {other.config_file, other.old_config_file, other.system_config_file}))
        throw taken(fields, field, *path,
                    fmt::format("is a config file of {}: expected one of its own", other.title));
    if (is_one_of(brand.root, {other.root}))
      throw taken(fields, "root", brand.root,
                  fmt::format("is the root of {}: expected one of its own; stores are shared by "
                              "share = \"sources,artifacts\"",
                              other.title));
  }
}

std::string section_field(Fields& fields, const std::string& fallback) {
  std::string section = fields.text_or("section", fallback);
  if (!is_word(section, "-_"))
    throw fields.error("section", "expected lower-case letters, digits, '-' and '_'");
  for (const KeySpec& key : known_keys(Brand()))
    if (key.section == section)
      throw taken(fields, "section", section,
                  "is a section that every config has: expected one of its own");
  return section;
}

std::string python_package_field(Fields& fields, const std::string& fallback) {
  std::string name = fields.text_or("python_package", fallback);
  const std::vector<std::string> parts = split(name, '.');
  for (const std::string& part : parts)
    if (!is_word(part, "_"))
      throw fields.error("python_package", "expected a Python name such as \"qsnake.hashdist\"");
  const std::string& top = parts.front();
  if (top == Brand().python_package || top == "hashdistlib")
    throw taken(fields, "python_package", name,
                "lies in a package of hdist itself: expected a Python name such as "
                "\"qsnake.hashdist\"");
  if (is_python_module(top))
    throw taken(
        fields, "python_package", name,
        fmt::format("would get in the way of Python's own module {}: expected another name", top));
  return name;
}

/// [[commands]]: name, file, summary.
void read_commands(Fields& fields, BrandFile& file) {
  const Value::List* list = fields.list("commands");
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
    Fields command(fields.document(), (*list)[i], fmt::format("commands[{}]", i));
    std::string name = command.text("name");
    if (!is_word(name, "-") || name.ends_with('-'))
      throw command.error("name", "expected lower-case letters, digits and '-'");
    for (const BrandCommand& other : file.brand.commands)
      if (other.name == name) throw command.error("name", "it is there twice");
    file.brand.commands.push_back({name, command.text("summary")});
    file.command_files.push_back(command.text("file"));
    command.finish();
  }
}

std::vector<BrandCommand> commands_of(Fields& fields) {
  std::vector<BrandCommand> commands;
  if (const Value::List* list = fields.list("commands"))
    for (const Value& item : *list) {
      Fields command(fields.document(), item, "commands");
      commands.push_back({command.text("name"), command.text("summary")});
      command.finish();
    }
  return commands;
}

Value to_value(const std::vector<BrandCommand>& commands) {
  Value list = Value::list();
  for (const BrandCommand& command : commands) {
    Value entry;
    entry.set("name", command.name);
    entry.set("summary", command.summary);
    list.push(std::move(entry));
  }
  return list;
}

} // namespace

BrandFile read_brand_file(const Document& toml, const Brand& own, const std::string& home) {
  Fields fields(toml, toml.root, "");
  BrandFile file;
  Brand& brand = file.brand;
  brand.program = name_of(fields, own);
  const std::string name = short_name(brand.program);
  const std::string variable = replace_all(name, "-", "_");
  brand.title = fields.text_or("title", name);
  brand.tagline = fields.text_or("tagline", brand.tagline);
  brand.env_prefix = fields.text_or("env_prefix", to_upper(variable) + "_");
  if (!is_word(to_lower(brand.env_prefix), "_") || brand.env_prefix == Brand().env_prefix)
    throw fields.error("env_prefix", "expected one of its own, such as \"QSNAKE_\"");
  brand.config_file = path_field(fields, "config", "~/." + name + "config");
  brand.old_config_file = path_field(fields, "old_config", "~/." + name + "rc");
  brand.system_config_file = path_field(fields, "system_config", "/etc/" + name + "config");
  brand.root = path_field(fields, "root", "~/." + name);
  check_places(fields, brand, own, home);
  brand.config_section = section_field(fields, name);
  brand.python_package = python_package_field(fields, variable + ".hashdist");
  read_share(fields, brand, own);
  brand.issue_address = fields.text_or("issues", "");
  brand.update_address = fields.text_or("updates", "");
  brand.hidden_commands = fields.texts("hide");
  read_commands(fields, file);
  file.collections = fields.texts("collections");
  file.default_stack = fields.text_or("default_stack", "");
  brand.has_default_stack = !file.default_stack.empty();
  fields.finish();
  return file;
}

Value to_value(const Brand& brand) {
  Value value;
  value.set("version", 1);
  value.set("program", brand.program);
  value.set("title", brand.title);
  value.set("tagline", brand.tagline);
  value.set("env_prefix", brand.env_prefix);
  value.set("config_file", brand.config_file);
  value.set("old_config_file", brand.old_config_file);
  value.set("system_config_file", brand.system_config_file);
  value.set("root", brand.root);
  value.set("config_section", brand.config_section);
  value.set("python_package", brand.python_package);
  value.set("sources_root", brand.sources_root);
  value.set("artifacts_root", brand.artifacts_root);
  value.set("issue_address", brand.issue_address);
  value.set("update_address", brand.update_address);
  value.set("has_default_stack", brand.has_default_stack);
  Value hidden = Value::list();
  for (const std::string& name : brand.hidden_commands)
    hidden.push(name);
  value.set("hidden_commands", std::move(hidden));
  value.set("commands", to_value(brand.commands));
  return value;
}

Brand read_brand(const Document& json) {
  Fields fields(json, json.root, "");
  constexpr int64_t kVersion = 1;
  if (fields.integer_or("version", 0) != kVersion)
    throw fields.error("version", "expected 1, the only version that this release knows");
  Brand brand;
  brand.program = fields.text("program");
  brand.title = fields.text("title");
  brand.tagline = fields.text("tagline");
  brand.env_prefix = fields.text("env_prefix");
  brand.config_file = fields.text("config_file");
  brand.old_config_file = fields.text("old_config_file");
  brand.system_config_file = fields.text("system_config_file");
  brand.root = fields.text("root");
  brand.config_section = fields.text("config_section");
  brand.python_package = fields.text("python_package");
  brand.sources_root = fields.text("sources_root");
  brand.artifacts_root = fields.text("artifacts_root");
  brand.issue_address = fields.text("issue_address");
  brand.update_address = fields.text_or("update_address", "");
  brand.has_default_stack = fields.flag_or("has_default_stack", false);
  brand.hidden_commands = fields.texts("hidden_commands");
  brand.commands = commands_of(fields);
  fields.finish();
  return brand;
}

Brand installed_brand(const std::string& executable) {
  std::string folder = parent_path(executable);
  std::string share =
      fmt::format("{}/share/{}", parent_path(parent_path(folder)), base_name(folder));
  std::optional<Dir> dir = Dir::open_if_exists(share);
  std::optional<std::string> text =
      dir ? dir->read_file_if_exists("brand.json", kMostBytes) : std::nullopt;
  return text ? read_brand(read_json(share + "/brand.json", *text)) : Brand();
}

} // namespace hdist
