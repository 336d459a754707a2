#include "config/brand_file.h"

#include "base/dir.h"
#include "base/error.h"
#include "base/text.h"
#include "config/home.h"
#include "config/keys.h"
#include "config/places.h"
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

Error bad_name(Fields& fields, const std::string& message) {
  return {ErrorKind::refused, "brand.name", fields.error("name", message).message()};
}

std::string name_of(Fields& fields, const Brand& own) {
  std::string name = fields.text("name");
  if (!is_word(name, "-") || name.ends_with('-'))
    throw bad_name(fields, fmt::format("\"{}\" cannot be the name of a command: expected "
                                       "lower-case letters, digits and '-', starting with a letter",
                                       printable(name)));
  if (name == own.program || name == Brand().program || name == "hit")
    throw bad_name(fields,
                   fmt::format("the name \"{}\" is taken: a brand has a command of its own", name));
  return name;
}

/// For people, in help and manual pages.
std::string line_field(Fields& fields, std::string_view field, std::string fallback) {
  constexpr std::size_t kLongest = 200;
  std::string text = fields.text_or(field, std::move(fallback));
  if (text.size() > kLongest || printable(text) != text)
    throw fields.error(field, fmt::format("\"{}\": expected one line of at most {} bytes, without "
                                          "control characters",
                                          printable(text), kLongest));
  return text;
}

std::string said_line_field(Fields& fields, std::string_view field, std::string fallback) {
  std::string text = line_field(fields, field, std::move(fallback));
  if (trim(text).empty()) throw fields.error(field, "it is empty: expected some words");
  return text;
}

/// "qsnake-hdist" is the command of the distribution qsnake.
std::string short_name(const std::string& name) {
  constexpr std::string_view kEnd = "-hdist";
  return name.ends_with(kEnd) ? name.substr(0, name.size() - kEnd.size()) : name;
}

std::string path_field(Fields& fields, std::string_view field, std::string fallback) {
  std::string path = fields.text_or(field, std::move(fallback));
  if ((!path.starts_with("~/") && !path.starts_with('/')) || printable(path) != path)
    throw fields.error(field, fmt::format("\"{}\": expected an absolute path, or one that starts "
                                          "with ~/",
                                          printable(path)));
  return path;
}

/// Variables of these names have a meaning for shells, compilers and other programs.
constexpr std::string_view kPrefixesOfOthers =
    "LD_ DYLD_ LC_ XDG_ BASH_ SSH_ SSL_ GPG_ GIT_ SVN_ HG_ CURL_ WGET_ PYTHON_ PERL_ PERL5_ RUBY_ "
    "GEM_ JAVA_ JDK_ MAVEN_ GRADLE_ ANDROID_ NODE_ NPM_ CARGO_ RUST_ RUSTUP_ GO_ R_ JULIA_ LUA_ "
    "TCL_ TK_ CONDA_ NIX_ SPACK_ CMAKE_ MAKE_ NINJA_ MESON_ GCC_ CLANG_ CPP_ CC_ CXX_ FC_ PKG_ "
    "ACLOCAL_ CUDA_ ROCM_ HIP_ MPI_ OMP_ OMPI_ MPICH_ PMI_ PMIX_ SLURM_ PBS_ LSB_ MODULES_ LMOD_ "
    "QT_ GTK_ KDE_ GNOME_ DBUS_ SYSTEMD_ SUDO_ TERM_ USER_ HTTP_ HTTPS_ FTP_ ALL_ NO_ DEB_ DPKG_ "
    "RPM_ APT_ DOCKER_ KUBE_ AWS_ HASHDIST_ HDIST_";

bool is_listed(std::string_view list, const std::string& word) {
  const std::vector<std::string> words = split(list, ' ');
  return std::find(words.begin(), words.end(), word) != words.end();
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

std::string env_prefix_field(Fields& fields, const Brand& own, std::string fallback) {
  std::string prefix = fields.text_or("env_prefix", std::move(fallback));
  const bool is_prefix = prefix.size() > 1 && prefix.ends_with('_') &&
                         is_word(to_lower(prefix), "_") && to_upper(prefix) == prefix;
  if (!is_prefix)
    throw taken(fields, "env_prefix", prefix,
                "cannot begin the names of variables: expected capital letters, digits and '_', "
                "with a '_' at the end, such as \"QSNAKE_\"");
  if (is_listed(kPrefixesOfOthers, prefix) || prefix == own.env_prefix)
    throw taken(fields, "env_prefix", prefix,
                "begins variables of other programs: expected one of its own, such as \"QSNAKE_\"");
  return prefix;
}

void read_share(Fields& fields, Brand& brand, const Brand& own) {
  std::string share = replace_all(fields.text_or("share", "none"), " ", "");
  brand.sources_root = brand.artifacts_root = brand.root;
  if (share == "none") return;
  if (share != "sources" && share != "sources,artifacts")
    throw fields.error("share", fmt::format("\"{}\": expected \"sources,artifacts\", \"sources\" "
                                            "or \"none\"",
                                            printable(share)));
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

constexpr std::string_view kPythonKeywords =
    "and as assert async await break class continue def del elif else except finally for from "
    "global if import in is lambda nonlocal not or pass raise return try while with yield";

/// What belongs to another program does not have the distribution's name. The user's are in the
/// home, where nobody else's settings are.
void check_file_of_its_own(Fields& fields, std::string_view field, const std::string& path,
                           const Brand& brand) {
  const std::vector<std::string> parts = split(path, '/');
  if (std::find(parts.begin(), parts.end(), "..") != parts.end())
    throw fields.error(field, fmt::format("\"{}\": expected a path without \"..\"", path));
  const bool is_of_site = field == "system_config";
  if (path.starts_with("~/") == is_of_site)
    throw taken(fields, field, path,
                is_of_site ? "is a file of one user: expected an absolute path such as "
                             "\"/etc/qsnakeconfig\""
                           : "is no file of the user's: expected one that starts with ~/; that of "
                             "a site is system_config");
  const std::vector<std::string> words = split(short_name(brand.program), '-');
  const bool has_name = std::any_of(words.begin(), words.end(), [&](const std::string& word) {
    return to_lower(path).find(word) != std::string::npos;
  });
  if (!has_name || path.ends_with('/'))
    throw taken(
        fields, field, path,
        fmt::format("may be a file of another program: expected one with \"{}\" in its name",
                    join(words, "\" or \"")));
}

/// What is made and removed below the root gets in nobody's way.
void check_root(Fields& fields, const Brand& brand, const Brand& own, const std::string& home) {
  const std::string root = normal_path(expand_home(brand.root, home));
  if (root == normal_path(home) || is_system_folder(root))
    throw taken(fields, "root", brand.root,
                "holds what is not the distribution's: expected a folder for it alone, such as "
                "\"~/.qsnake\"");
  for (const Brand& other : {Brand(), own}) {
    const std::string others = normal_path(expand_home(other.root, home));
    const bool is_inside = root == others || root.starts_with(others + "/");
    if (!is_inside && !others.starts_with(root + "/")) continue;
    const char* how = root == others ? "is" : is_inside ? "lies in" : "holds";
    throw taken(fields, "root", brand.root,
                fmt::format("{} the root of {}: expected one of its own; stores are shared by "
                            "share = \"sources,artifacts\"",
                            how, other.title));
  }
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
  for (const Brand& other : {Brand(), own})
    for (const auto& [field, path] : files)
      if (is_one_of(*path, {other.config_file, other.old_config_file, other.system_config_file}))
        throw taken(fields, field, *path,
                    fmt::format("is a config file of {}: expected one of its own", other.title));
  for (const auto& [field, path] : files)
    check_file_of_its_own(fields, field, *path, brand);
  check_root(fields, brand, own, home);
}

std::string section_field(Fields& fields, const std::string& fallback) {
  std::string section = fields.text_or("section", fallback);
  if (!is_word(section, "-_"))
    throw fields.error("section",
                       fmt::format("\"{}\": expected lower-case letters, digits, '-' and '_'",
                                   printable(section)));
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
      throw fields.error("python_package",
                         fmt::format("\"{}\": expected a Python name such as \"qsnake.hashdist\"",
                                     printable(name)));
  for (const std::string& part : parts)
    if (is_listed(kPythonKeywords, part))
      throw taken(
          fields, "python_package", name,
          fmt::format("has a word of the language Python: expected a name without \"{}\"", part));
  const std::string& top = parts.front();
  if (top == Brand().python_package || top == "hashdistlib")
    throw taken(fields, "python_package", name,
                "lies in a package of hdist itself: expected a Python name such as "
                "\"qsnake.hashdist\"");
  if (is_listed(kPythonModules, top))
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
      throw command.error("name", fmt::format("\"{}\": expected lower-case letters, digits and '-'",
                                              printable(name)));
    for (const BrandCommand& other : file.brand.commands)
      if (other.name == name)
        throw command.error("name", fmt::format("\"{}\" is there twice", name));
    (void)command.need("summary");
    file.brand.commands.push_back({name, said_line_field(command, "summary", "")});
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
  brand.title = said_line_field(fields, "title", name);
  brand.tagline = said_line_field(fields, "tagline", brand.tagline);
  brand.env_prefix = env_prefix_field(fields, own, to_upper(variable) + "_");
  brand.config_file = path_field(fields, "config", "~/." + name + "config");
  brand.old_config_file = path_field(fields, "old_config", "~/." + name + "rc");
  brand.system_config_file = path_field(fields, "system_config", "/etc/" + name + "config");
  brand.root = path_field(fields, "root", "~/." + name);
  check_places(fields, brand, own, home);
  brand.config_section = section_field(fields, name);
  brand.python_package = python_package_field(fields, variable + ".hashdist");
  read_share(fields, brand, own);
  brand.issue_address = line_field(fields, "issues", "");
  brand.update_address = line_field(fields, "updates", "");
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
