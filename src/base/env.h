// env.h: a process environment as a value.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace hdist {

class Env {
public:
  Env() = default;
  static Env current(); // of this process

  void set(const std::string& name, std::string value) { values_[name] = std::move(value); }
  void unset(const std::string& name) { values_.erase(name); }
  std::optional<std::string> get(const std::string& name) const;
  std::string get_or(const std::string& name, std::string fallback) const;
  bool contains(const std::string& name) const { return values_.contains(name); }
  /// value + separator + old value; just value when the old one is unset or empty.
  void prepend(const std::string& name, const std::string& value, char separator);
  void append(const std::string& name, const std::string& value, char separator);
  const std::map<std::string, std::string>& values() const { return values_; }
  std::vector<std::string> strings() const; // "NAME=value", sorted by name
  friend bool operator==(const Env&, const Env&) = default;

private:
  std::map<std::string, std::string> values_;
};

/// First executable regular file called `program` in the colon-separated `path`; with a slash:
/// itself if executable.
std::optional<std::string> find_program(const std::string& program, const std::string& path);

} // namespace hdist
