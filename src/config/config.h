// config.h: settings from files, environment and flags; remembers which one won.
#pragma once

#include "base/env.h"
#include "base/error.h"
#include "config/brand.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hdist {

/// One setting with where it came from.
struct Setting {
  std::string section;  // "builder"
  std::string key;      // "store"
  std::string value;    // as text, `~` expanded for paths
  std::string origin;   // "default", "/home/u/.hashdistconfig:3", "$HDIST_CONFIG", "--config x:3"
  std::string standard; // the default
  std::vector<std::string>
      items; // of a list: its elements, where `value` has them with ", " between
};

struct ConfigRequest {
  std::optional<std::string> config_option; // --config FILE
  Env environment;
};

/// All settings, checked. The key of the program's own path is called like the program
/// (brand.program), in brand.config_section. Unknown sections or keys of a file are errors with
/// file, line and the nearest known one.
class Config {
public:
  /// Precedence: --config, HDIST_CONFIG (a path, or JSON text when it starts with '{'), else the
  /// files of the brand (system's, then the user's, the user's winning). `~` is HDIST_HOME, else
  /// HOME, else the password file. A file in its usual place that others may have written is
  /// refused ("config.untrusted"); what the site's file lists in [site] policy no other overrides.
  static Config load(const Brand& brand, const ConfigRequest& request);

  /// Every question about a key that does not exist is Error usage "config.key".
  const Setting& setting(std::string_view section, std::string_view key) const;
  const std::string& text(std::string_view section, std::string_view key) const;
  std::string
  path(std::string_view section,
       std::string_view key) const; // absolute; relative ones start at the file's directory
  std::vector<std::string> paths(std::string_view section,
                                 std::string_view key) const; // a list; commas between
  std::vector<std::string> list(std::string_view section,
                                std::string_view key) const; // the same, of other texts
  int64_t duration_s(std::string_view section,
                     std::string_view key) const; // "forever" is -1, "never" is 0
  int64_t integer(std::string_view section,
                  std::string_view key) const;                     // 0 when the value is empty
  bool flag(std::string_view section, std::string_view key) const; // on/off/true/false/yes/no
  /// That a value cannot be used: "/home/u/.hashdistconfig:3: [builder] trust: ...".
  Error error(std::string_view section, std::string_view key, std::string_view message) const;
  const std::vector<Setting>& settings() const { return settings_; }
  const std::vector<std::string>& notes() const {
    return notes_;
  } // ignored lines and the like, for --verbose
  /// Why the program that a named file names is not run; "" when it is, or none is named.
  const std::string& distrust() const { return distrust_; }
  const Brand& brand() const { return brand_; }

  const std::string& home() const { return home_; } // what `~` stands for
  const std::string& root() const { return root_; } // the hdist root, absolute
  /// The user's config file that was (or would be) read; empty when the settings were given as
  /// text.
  const std::string& file() const { return file_; }

  /// As one line of JSON, {"home": ..., "section": {"key": value}}: what jobs get in HDIST_CONFIG.
  /// All paths are absolute; "home" is there because the HOME of a job is another one; paths
  /// without a value are left out. The main section has the same name for all brands, and none
  /// names its program, so that a job may call commands of any.
  std::string json() const;

private:
  friend class ConfigLoader;
  Brand brand_;
  std::vector<Setting> settings_;
  std::vector<std::string> notes_;
  std::string home_, root_, file_, distrust_;
};

} // namespace hdist
