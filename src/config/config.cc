#include "config/config.h"

#include "base/dir.h"
#include "base/error.h"
#include "base/text.h"
#include "config/home.h"
#include "config/ini.h"
#include "config/keys.h"
#include "config/trust.h"
#include "data/fields.h"
#include "data/json.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace hdist {

/// Fills a Config; apart, so that the class itself only answers.
class ConfigLoader {
public:
  ConfigLoader(Config& config, const ConfigRequest& request)
      : config_(config), keys_(known_keys(config.brand_)), request_(request) {}

  void load() {
    const std::string variable = config_variable();
    std::string from_environment = request_.environment.get_or(variable, "");
    bool is_json = !request_.config_option && from_environment.starts_with('{');
    Document json;
    if (is_json) json = read_json("$" + variable, from_environment);
    set_places(is_json ? json.root.find("home") : nullptr, json);
    set_defaults();
    if (request_.config_option)
      read_named_file(*request_.config_option, "--config ");
    else if (is_json)
      read_json_settings(json);
    else if (!from_environment.empty())
      read_named_file(from_environment, "");
    else
      read_brand_files();
    apply_policy();
  }

private:
  using Items = std::vector<std::string>;
  enum class Place { usual, named };
  struct Given {
    std::string text;
    Items items;          // the same as a list
    std::string base_dir; // where relative paths start; empty: nowhere
  };

  /// In a job of another brand the settings of the job count, too: HDIST_CONFIG, as json() has it.
  std::string config_variable() const {
    const std::string own = config_.brand_.env_prefix + "CONFIG";
    const std::string of_jobs = Brand().env_prefix + "CONFIG";
    bool is_job = request_.environment.get_or(own, "").empty() &&
                  request_.environment.get_or(of_jobs, "").starts_with(R"({"home":)");
    return is_job ? of_jobs : own;
  }

  /// The home of a job is another one than that of its caller, so JSON text for jobs says what `~`
  /// is.
  void set_places(const Value* home, const Document& json) {
    if (home != nullptr) {
      config_.home_ = expect_string(json, *home, "home");
      if (!config_.home_.starts_with('/'))
        throw document_error(json, home->position(), "home", "expected an absolute path", "config");
    } else {
      config_.home_ = find_home(config_.brand_, request_.environment, passwd_home());
    }
    config_.root_ = normal_path(expand_home(config_.brand_.root, config_.home_));
    config_.file_ = normal_path(expand_home(config_.brand_.config_file, config_.home_));
  }

  void set_defaults() {
    for (const KeySpec& key : keys_) {
      Setting setting{key.section, key.key, "", "default", "", {}};
      check(key, {key.standard, is_list(key.kind) ? split_list(key.standard) : Items{}, ""},
            setting);
      setting.standard = setting.value;
      config_.settings_.push_back(std::move(setting));
    }
  }

  /// The setting of that key, made when it is the first of its tag.
  Setting& setting_of(const KeySpec& key) {
    for (Setting& setting : config_.settings_)
      if (setting.section == key.section && setting.key == key.key) return setting;
    config_.settings_.push_back({key.section, key.key, key.standard, "default", key.standard, {}});
    return config_.settings_.back();
  }

  void read_brand_files() {
    const Brand& brand = config_.brand_;
    std::string old = normal_path(expand_home(brand.old_config_file, config_.home_));
    read_system_file();
    if (read_file_if_exists(config_.file_, "", Place::usual)) {
      if (real_path_if_exists(old) &&
          real_path_if_exists(old) != real_path_if_exists(config_.file_))
        config_.notes_.push_back(
            fmt::format("{} is not read, because {} is there", old, config_.file_));
    } else if (read_file_if_exists(old, "", Place::usual)) {
      config_.file_ = old;
      config_.notes_.push_back(fmt::format("{} is the old name of {}", old, brand.config_file));
    }
  }

  void read_system_file() {
    read_file_if_exists(expand_home(config_.brand_.system_config_file, config_.home_), "",
                        Place::usual);
  }

  void read_named_file(const std::string& path, const std::string& how) {
    config_.file_ = absolute_path(path);
    if (read_file_if_exists(config_.file_, how, Place::named)) return;
    struct stat info {};
    const bool is_pipe = ::stat(config_.file_.c_str(), &info) == 0; // `<(command)` of a shell
    throw Error(ErrorKind::usage, "config.file",
                is_pipe ? fmt::format("{} is a pipe, and a config file is read more than once: "
                                      "expected a file, or the settings as JSON in {}CONFIG",
                                      printable(path), config_.brand_.env_prefix)
                        : fmt::format("there is no config file {}", printable(path)));
  }

  static std::optional<std::string> end_of(const std::string& path) {
    try {
      std::optional<std::string> real = real_path_if_exists(path);
      struct stat info {};
      if (real || ::lstat(path.c_str(), &info) != 0) return real;
      if (::stat(path.c_str(), &info) == 0) return real; // a pipe in /proc has no path
      // Often a home that is not mounted: the defaults would be another store than the user's.
      const std::optional<Dir> parent = Dir::open_if_exists(parent_path(path));
      if (const auto target = parent ? parent->read_link(base_name(path)) : std::nullopt)
        throw Error(ErrorKind::usage, "config.file",
                    fmt::format("the config file {} is a link to {}, which is not there",
                                printable(path), printable(*target)))
            .advise({.text = "Mount or make what it leads to, or remove the link.",
                     .verb = {},
                     .args = {}});
      return real;
    } catch (const Error& error) {
      if (error.system_errno() != ELOOP && error.system_errno() != ENAMETOOLONG) throw;
      throw Error(ErrorKind::usage, "config.file",
                  fmt::format("the config file {} cannot be found: {}", printable(path),
                              strerrordesc_np(error.system_errno())));
    }
  }

  /// False when there is no such file. `how` goes in front of the origin.
  bool read_file_if_exists(const std::string& path, const std::string& how, Place place) {
    std::optional<std::string> real = end_of(path);
    if (!real) return false;
    std::string directory = parent_path(*real);
    Ini ini = read_ini(path, read_trusted(path, *real, place));
    config_.notes_.insert(config_.notes_.end(), ini.notes.begin(), ini.notes.end());
    for (const IniSection& section : ini.sections)
      check_section(ini.document, section.name, section.at);
    for (const IniEntry& entry : ini.entries) {
      std::optional<KeySpec> key = find_key(keys_, entry.section, entry.key);
      if (!key)
        throw document_error(ini.document, entry.key_at, "",
                             unknown_key(keys_, entry.section, entry.key), "config");
      Setting& setting = setting_of(*key);
      checked(ini.document, entry.value_at, *key, {entry.value, split_list(entry.value), directory},
              setting);
      setting.origin = fmt::format("{}{}:{}", how, path, entry.key_at.line);
      if (entry.section == config_.brand_.config_section && entry.key == config_.brand_.program)
        config_.distrust_ = distrust_;
    }
    return true;
  }

  /// A file that was found may be another user's trap; one that was named is the user's own choice,
  /// but the program that it names is not run (launcher/stage.c).
  std::string read_trusted(const std::string& path, const std::string& real, Place place) {
    constexpr int64_t kMostBytes = 1 << 20;
    if (real == "/dev/null") return ""; // a config file without settings for many people
    Dir dir = Dir::open(parent_path(real));
    std::optional<struct stat> info = dir.stat(base_name(real));
    if (info && !S_ISREG(info->st_mode))
      throw Error(ErrorKind::usage, "config.file",
                  fmt::format("the config file {} is {}; expected a file", printable(path),
                              S_ISDIR(info->st_mode) ? "a directory" : "a pipe or a device"));
    std::optional<std::string> why = info ? why_untrusted(*info, geteuid()) : std::nullopt;
    if (why && place == Place::usual) throw untrusted(path, *why, info->st_uid);
    if (why) {
      distrust_ = fmt::format(
          "{}: {}; its settings count, but the program that it names is not run", path, *why);
      config_.notes_.push_back(distrust_);
    }
    return dir.read_file(base_name(real), kMostBytes);
  }

  /// Who does not own a file cannot change its mode.
  static Error untrusted(const std::string& path, const std::string& why, uid_t owner) {
    Error error(ErrorKind::refused, "config.untrusted",
                fmt::format("the config file {} is not read: {}", printable(path), why));
    const std::string place = shell_quote(path);
    std::string mend =
        fmt::format("Make it a file that nobody else may write to (chmod go-w {})", place);
    if (owner != geteuid())
      mend = owner == 0 ? fmt::format("Ask root to take that right away (chmod go-w {})", place)
                        : fmt::format("Put a file of your own there, such as a copy that you have "
                                      "read (cp {0} {1} && mv -f {1} {0})",
                                      place, shell_quote(path + ".own"));
    error.advise({mend + ", or name it with --config if you trust it.", "", {}});
    return error;
  }

  void apply_policy() {
    Config site; // the site's file alone
    site.brand_ = config_.brand_;
    site.home_ = config_.home_;
    ConfigLoader loader(site, request_);
    loader.set_defaults();
    loader.read_system_file();
    const Setting policy = site.setting("site", "policy");
    if (policy.items.empty()) return;
    for (const std::string& name : policy.items) {
      std::size_t dot = name.find('.');
      std::optional<KeySpec> key = find_key(keys_, name.substr(0, dot),
                                            dot == std::string::npos ? "" : name.substr(dot + 1));
      if (!key)
        throw Error(ErrorKind::usage, "config.policy",
                    fmt::format("{}: [site] policy: \"{}\" is no setting; expected names like "
                                "builder.share",
                                policy.origin, printable(name)));
      const Setting& fixed = loader.setting_of(*key);
      Setting& setting = setting_of(*key);
      if (setting.value != fixed.value)
        config_.notes_.push_back(
            fmt::format("{} is {} by the site's policy, not {}", name, fixed.value, setting.value));
      setting = fixed;
    }
    setting_of(find_key(keys_, "site", "policy").value()) = policy;
  }

  void read_json_settings(const Document& json) {
    config_.file_.clear();
    for (const auto& [name_there, content] : *json.root.if_map()) {
      if (name_there == "home") continue;
      const bool is_main = name_there == Brand().config_section; // whatever the brand calls it
      const std::string& section = is_main ? config_.brand_.config_section : name_there;
      check_section(json, section, content.key_position());
      const Value::Map* members = content.if_map();
      if (members == nullptr)
        throw document_error(json, content.position(), section, "expected a map of keys", "config");
      for (const auto& [name, value] : *members) {
        if (is_main && name == Brand().program && name != config_.brand_.program) continue;
        std::optional<KeySpec> key = find_key(keys_, section, name);
        if (!key)
          throw document_error(json, value.key_position(), "", unknown_key(keys_, section, name),
                               "config");
        Setting& setting = setting_of(*key);
        checked(json, value.position(), *key,
                given_in(json, value, fmt::format("{}.{}", section, name)), setting);
        setting.origin = json.name;
      }
    }
  }

  static Given given_in(const Document& json, const Value& value, const std::string& path) {
    if (const Integer* integer = value.if_integer()) return {integer->text, {integer->text}, ""};
    if (const bool* flag = value.if_bool()) return {*flag ? "on" : "off", {}, ""};
    if (const Value::List* list = value.if_list()) {
      Items items;
      for (const Value& item : *list)
        items.push_back(expect_string(json, item, path));
      return {join(items, ", "), items, ""};
    }
    const std::string& text = expect_string(json, value, path);
    return {text, split_list(text), ""};
  }

  void check_section(const Document& document, const std::string& name, Position at) const {
    for (const KeySpec& key : keys_)
      if (key.section == name) return;
    throw document_error(document, at, "", unknown_section(keys_, name), "config");
  }

  void checked(const Document& document, Position at, const KeySpec& key, const Given& given,
               Setting& setting) const {
    try {
      check(key, given, setting);
    } catch (const Error& error) { // it knows the value only: here are the file and the line
      throw document_error(document, at, fmt::format("[{}] {}", key.section, key.key),
                           error.message(), "config");
    }
  }

  void check(const KeySpec& key, const Given& given, Setting& setting) const {
    if (!is_list(key.kind)) {
      setting.value = check_value(key, given.text, config_.home_, given.base_dir);
      return;
    }
    setting.items.clear();
    for (const std::string& item : given.items)
      setting.items.push_back(check_item(key, item, config_.home_, given.base_dir));
    setting.value = join(setting.items, ", ");
  }

  Config& config_;
  std::vector<KeySpec> keys_;
  const ConfigRequest& request_;
  std::string distrust_; // of the file that was named
};

Config Config::load(const Brand& brand, const ConfigRequest& request) {
  Config config;
  config.brand_ = brand;
  ConfigLoader(config, request).load();
  return config;
}

const Setting& Config::setting(std::string_view section, std::string_view key) const {
  for (const Setting& setting : settings_)
    if (setting.section == section && setting.key == key) return setting;
  throw Error(ErrorKind::usage, "config.key", unknown_key(known_keys(brand_), section, key));
}

const std::string& Config::text(std::string_view section, std::string_view key) const {
  return setting(section, key).value;
}

std::string Config::path(std::string_view section, std::string_view key) const {
  return text(section, key);
}

std::vector<std::string> Config::paths(std::string_view section, std::string_view key) const {
  return setting(section, key).items;
}

std::vector<std::string> Config::list(std::string_view section, std::string_view key) const {
  return setting(section, key).items;
}

int64_t Config::duration_s(std::string_view section, std::string_view key) const {
  return parse_keep(text(section, key)).value_or(0);
}

int64_t Config::integer(std::string_view section, std::string_view key) const {
  return parse_int(text(section, key)).value_or(0);
}

bool Config::flag(std::string_view section, std::string_view key) const {
  return parse_flag(text(section, key)).value_or(false);
}

Error Config::error(std::string_view section, std::string_view key,
                    std::string_view message) const {
  return {ErrorKind::usage, "config.value",
          fmt::format("{}: [{}] {}: {}", printable(setting(section, key).origin), section, key,
                      message)};
}

std::string Config::json() const {
  std::vector<KeySpec> keys = known_keys(brand_);
  Value root = Value::map();
  root.set("home", home_);
  const bool is_rebranded = brand_.program != Brand().program;
  for (const Setting& setting : settings_) {
    const bool is_main = setting.section == brand_.config_section;
    if (is_main && is_rebranded && setting.key == brand_.program) continue;
    const std::string section = is_main ? Brand().config_section : setting.section;
    if (root.find(section) == nullptr) root.set(section, Value::map());
    std::optional<KeySpec> key = find_key(keys, setting.section, setting.key);
    if (key && key->kind == KeyKind::path_or_none && setting.value.empty()) continue;
    Value list = Value::list();
    for (const std::string& item : setting.items)
      list.push(item);
    bool as_list = key && is_list(key->kind);
    root.find(section)->set(setting.key, as_list ? std::move(list) : Value(setting.value));
  }
  return compact_json(root);
}

} // namespace hdist
