#include "model/platform.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

namespace hdist {
namespace {

/// Each level runs what was made for the levels before it (x86-64 psABI).
constexpr std::array<std::string_view, 4> kX86Levels{"x86-64", "x86-64-v2", "x86-64-v3",
                                                     "x86-64-v4"};

std::string read_word(Fields& fields, std::string_view field) {
  std::string word = fields.text(field);
  bool valid = !word.empty() && std::all_of(word.begin(), word.end(),
                                            [](char c) { return c > ' ' && c <= '~' && c != '/'; });
  if (!valid) throw fields.error(field, "expected one word of ASCII characters");
  return word;
}

bool cpu_suffices(std::string_view wanted, std::string_view here) {
  if (wanted == here) return true;
  const auto* want = std::find(kX86Levels.begin(), kX86Levels.end(), wanted);
  const auto* have = std::find(kX86Levels.begin(), kX86Levels.end(), here);
  return want != kX86Levels.end() && have != kX86Levels.end() && want < have;
}

struct Libc {
  std::string family;
  std::vector<int64_t> version; // empty: not numbers
};

Libc parse_libc(const std::string& text) {
  std::size_t dash = text.rfind('-');
  Libc libc{text.substr(0, dash), {}};
  if (dash == std::string::npos) return libc;
  for (const std::string& part : split(text.substr(dash + 1), '.')) {
    std::optional<int64_t> number = parse_int(part);
    if (!number || *number < 0) return {text, {}};
    libc.version.push_back(*number);
  }
  return libc;
}

bool libc_suffices(const std::string& wanted, const std::string& here) {
  if (wanted == here) return true;
  Libc want = parse_libc(wanted);
  Libc have = parse_libc(here);
  return want.family == have.family && !want.version.empty() && want.version <= have.version;
}

} // namespace

Value to_value(const Platform& platform) {
  Value out = Value::map();
  out.set("os", platform.os);
  out.set("arch", platform.arch);
  out.set("cpu", platform.cpu);
  out.set("libc", platform.libc);
  return out;
}

Platform read_platform(const Document& document, const Value& value, const std::string& path) {
  Fields fields(document, value, path);
  Platform platform;
  platform.os = read_word(fields, "os");
  platform.arch = read_word(fields, "arch");
  platform.cpu = read_word(fields, "cpu");
  platform.libc = read_word(fields, "libc");
  fields.finish();
  return platform;
}

std::optional<std::string> why_foreign(const Platform& wanted, const Platform& here) {
  auto why = [](std::string_view what, const std::string& want, const std::string& have) {
    return fmt::format("made for {} {}, this machine has {}", what, want, have);
  };
  if (wanted.os != here.os) return why("the operating system", wanted.os, here.os);
  if (wanted.arch != here.arch) return why("the architecture", wanted.arch, here.arch);
  if (!cpu_suffices(wanted.cpu, here.cpu)) return why("the CPU level", wanted.cpu, here.cpu);
  if (!libc_suffices(wanted.libc, here.libc)) return why("the C library", wanted.libc, here.libc);
  return std::nullopt;
}

} // namespace hdist
