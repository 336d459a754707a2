#include "config/edit.h"

#include "base/dir.h"
#include "base/error.h"
#include "base/text.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

#include <algorithm>
#include <functional>
#include <optional>

namespace hdist {

namespace {

constexpr int64_t kMostBytes = 1 << 20;

bool is_one_line(const std::string& value) {
  return is_valid_utf8(value) && std::none_of(value.begin(), value.end(), [](char c) {
           return (c >= 0 && c < ' ' && c != '\t') || c == '\x7f';
         });
}

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

std::string indentation(const std::string& line) {
  return {line.begin(), std::find_if_not(line.begin(), line.end(), is_blank)};
}

class Editor {
public:
  Editor(const Ini& ini, const KeySpec& key, const std::string& value)
      : ini_(ini), key_(key), value_(value), lines_(split(ini.document.text, '\n')) {
    if (!lines_.empty() && lines_.back().empty()) lines_.pop_back();
    if (lines_.empty() || !lines_.front().ends_with('\r')) return;
    line_end_ = "\r";
    if (!lines_.back().ends_with('\r')) lines_.back() += line_end_; // it had no end at all
  }

  void change(const IniEntry& entry) {
    std::string& line = lines_[entry.key_at.line - 1];
    std::string end = line.ends_with('\r') ? "\r" : "";
    std::size_t from = line.find('=') + 1;
    while (from < line.size() && is_blank(line[from]))
      ++from;
    std::string start = line.substr(0, from);
    if (start.ends_with('=') && entry.value.empty()) start += ' '; // "key=1" keeps its manner
    line = start + value_ + end;
  }

  void add() {
    const IniEntry* last = nullptr;
    const IniEntry* any = ini_.entries.empty() ? nullptr : &ini_.entries.back();
    for (const IniEntry& entry : ini_.entries)
      if (entry.section == key_.section) last = &entry;
    if (last != nullptr) return insert(last->key_at.line, indentation(line_of(*last)));
    std::string indent = any != nullptr ? indentation(line_of(*any)) : "";
    for (const IniSection& section : ini_.sections)
      if (section.name == key_.section) return insert(section.at.line, indent);
    if (!lines_.empty() && !trim(lines_.back()).empty()) lines_.push_back(line_end_);
    lines_.push_back(fmt::format("[{}]{}", key_.section, line_end_));
    insert(lines_.size(), indent);
  }

  std::string text() const {
    std::string text;
    for (const std::string& line : lines_)
      text += line + "\n";
    return text;
  }

private:
  const std::string& line_of(const IniEntry& entry) const { return lines_[entry.key_at.line - 1]; }

  void insert(std::size_t after_line, const std::string& indent) {
    lines_.insert(lines_.begin() + static_cast<std::ptrdiff_t>(after_line),
                  fmt::format("{}{} = {}{}", indent, key_.key, value_, line_end_));
  }

  const Ini& ini_;
  const KeySpec& key_;
  const std::string& value_;
  std::vector<std::string> lines_;
  std::string line_end_;
};

/// In the order of their lines: two spellings may stand in a file.
std::vector<const IniEntry*> entries_of(const Ini& ini, const std::vector<KeySpec>& keys,
                                        const KeySpec& key) {
  std::vector<const IniEntry*> entries;
  for (const IniEntry& entry : ini.entries)
    if (std::optional<KeySpec> found = find_key(keys, entry.section, entry.key))
      if (found->section == key.section && found->key == key.key) entries.push_back(&entry);
  return entries;
}

} // namespace

std::string edited_config(const Ini& ini, const std::vector<KeySpec>& keys, const KeySpec& key,
                          const std::string& value) {
  std::string trimmed(trim(value));
  if (!is_one_line(trimmed))
    throw Error(ErrorKind::usage, "config.value",
                fmt::format("\"{}\": expected one line of text", printable(value)));
  const std::vector<const IniEntry*> entries = entries_of(ini, keys, key);
  Editor editor(ini, key, trimmed);
  if (!entries.empty())
    editor.change(*entries.back()); // the one that counts
  else
    editor.add();
  return editor.text();
}

std::string config_without(const Ini& ini, const std::vector<KeySpec>& keys, const KeySpec& key) {
  std::vector<std::string> lines = split(ini.document.text, '\n');
  const std::vector<const IniEntry*> entries = entries_of(ini, keys, key);
  for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry)
    lines.erase(lines.begin() + static_cast<std::ptrdiff_t>((*entry)->key_at.line - 1));
  return join(lines, "\n");
}

namespace {

/// The file locked, or an empty Fd when there is none. Locks that do not work are no error: they
/// only keep two changes at the same moment from losing one.
Fd lock_file(const Dir& dir, const std::string& name) {
  for (;;) {
    if (!dir.exists(name)) return {};
    Fd file = dir.open_file(name, O_RDONLY | O_NONBLOCK);
    (void)flock(file.get(), LOCK_EX);
    struct stat locked {};
    std::optional<struct stat> now = dir.stat(name);
    if (fstat(file.get(), &locked) != 0) throw_errno("fstat", join_path(dir.path(), name));
    if (now && now->st_ino == locked.st_ino && now->st_dev == locked.st_dev) return file;
  }
}

/// Whether `change` made another text of it. A file that there is not has no text, and is made only
/// for one.
bool change_file(const std::string& path, const std::function<std::string(const Ini&)>& change) {
  std::string real = real_path_if_exists(path).value_or(path);
  Dir dir = Dir::create(parent_path(real));
  std::string name = base_name(real);
  for (;;) {
    Fd lock = lock_file(dir, name);
    std::string old = lock ? dir.read_file(name, kMostBytes) : "";
    std::string text = change(read_ini(path, old));
    if (text == old) return false;
    if (lock) {
      mode_t mode = dir.stat(name)->st_mode & 07777U;
      dir.write_file(name, text, {.mode = mode, .durable = true});
      return true;
    }
    if (dir.link_new_file(name, text, {.mode = 0644, .durable = true})) return true;
  }
}

} // namespace

void set_in_file(const std::string& path, const std::vector<KeySpec>& keys, const KeySpec& key,
                 const std::string& value) {
  (void)change_file(path, [&](const Ini& ini) { return edited_config(ini, keys, key, value); });
}

bool unset_in_file(const std::string& path, const std::vector<KeySpec>& keys, const KeySpec& key) {
  return change_file(path, [&](const Ini& ini) { return config_without(ini, keys, key); });
}

} // namespace hdist
