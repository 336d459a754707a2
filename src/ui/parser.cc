#include "ui/parser.h"

#include "base/error.h"
#include "base/text.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace hdist {

std::optional<std::string> Arguments::value(const std::string& name) const {
  const std::vector<std::string>& values = values_.at(name);
  if (values.empty()) return std::nullopt;
  return values.back();
}

namespace {

/// CLI11 splits a word such as "[a,b]" in options with several values; ours go through one by one,
/// each marked so that it never looks like that.
constexpr char kMark = '\x01';

std::string unmarked(const std::string& word) {
  return !word.empty() && word[0] == kMark ? word.substr(1) : word;
}

void register_option(CLI::App& app, const OptionInfo& option, Arguments& into) {
  std::vector<std::string>& values = into.values_[option.name];
  std::string names = option.letter.empty() ? option.name : option.letter + "," + option.name;
  if (option.value.empty()) {
    app.add_flag_callback(names, [&values] { values.emplace_back("true"); });
    return;
  }
  app.add_option_function<std::vector<std::string>>(
         names,
         [&values](const std::vector<std::string>& given) {
           for (const std::string& word : given)
             values.push_back(unmarked(word));
         })
      ->expected(1)
      ->take_all()
      ->allow_extra_args(false);
}

const OptionInfo* value_option(const std::vector<OptionInfo>& options, const std::string& word) {
  for (const OptionInfo& option : options)
    if (!option.value.empty() && (word == option.name || word == option.letter)) return &option;
  return nullptr;
}

Error unknown_word(const std::string& word, const std::string& what,
                   const std::vector<std::string>& known) {
  std::optional<std::string> meant = nearest(word, known);
  return {ErrorKind::usage, "usage.unknown-" + what,
          fmt::format("'{}' is no {}{}", printable(word), what,
                      meant ? fmt::format("; is '{}' meant?", *meant) : "")};
}

const CliCommand* find_command(const std::vector<CliCommand>& commands, const std::string& name) {
  for (const CliCommand& command : commands)
    if (command.info.name == name) return &command;
  return nullptr;
}

/// The first word that is no option and no option's value: the command.
std::size_t command_position(const std::vector<std::string>& words,
                             const std::vector<OptionInfo>& global) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!words[i].starts_with('-')) return i;
    if (value_option(global, words[i]) != nullptr) ++i;
  }
  return words.size();
}

void refuse_unknown_options(const std::vector<std::string>& words,
                            const std::vector<OptionInfo>& options) {
  std::vector<std::string> names{"--help"};
  for (const OptionInfo& option : options)
    names.push_back(option.name);
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (value_option(options, words[i]) != nullptr) {
      ++i;
      continue;
    }
    std::string name = words[i].substr(0, words[i].find('='));
    if (name.starts_with("--") && std::find(names.begin(), names.end(), name) == names.end())
      throw unknown_word(name, "option", names);
  }
}

void place_positionals(const CommandInfo& info, const std::vector<std::string>& words,
                       Arguments& arguments) {
  std::size_t next = 0;
  for (const PositionalInfo& positional : info.positionals) {
    std::vector<std::string>& values = arguments.values_[positional.name];
    while (next < words.size() && (positional.many || values.empty()))
      values.push_back(unmarked(words[next++]));
    if (positional.required && values.empty())
      throw Error(ErrorKind::usage, "usage.missing-argument",
                  fmt::format("'{}' needs {}: {}", info.name, positional.name, positional.help));
  }
  if (next < words.size())
    throw Error(
        ErrorKind::usage, "usage.extra-argument",
        fmt::format("'{}' is one argument too many for '{}'{}", printable(unmarked(words[next])),
                    info.name,
                    info.rest.empty() ? "" : "; -- goes before the " + to_lower(info.rest)));
}

/// Cuts the words at `--`; what follows it belongs to no option.
std::vector<std::string> cut_rest(std::vector<std::string>& words, bool& had_rest) {
  auto dashes = std::find(words.begin(), words.end(), "--");
  had_rest = dashes != words.end();
  std::vector<std::string> rest;
  if (had_rest) rest.assign(dashes + 1, words.end());
  words.erase(dashes, words.end());
  return rest;
}

void run_parser(CLI::App& app, const std::vector<std::string>& words) {
  std::vector<std::string> reversed(words.rbegin(), words.rend());
  try {
    app.parse(std::move(reversed));
  } catch (const CLI::ParseError& error) {
    throw Error(ErrorKind::usage, "usage.invalid", error.what());
  }
}

/// A word that follows an option with a value is marked, so that it may begin with '-' or '['.
void mark_words(std::vector<std::string>& words, const std::vector<OptionInfo>& options) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (value_option(options, words[i]) != nullptr) {
      if (i + 1 < words.size()) words[++i].insert(0, 1, kMark);
    } else if (!words[i].starts_with('-') || words[i] == "-") {
      words[i].insert(0, 1, kMark);
    }
  }
}

} // namespace

ParsedLine parse_line(std::vector<std::string> words, const std::vector<CliCommand>& commands,
                      const std::vector<OptionInfo>& global) {
  ParsedLine line;
  bool had_rest = false;
  std::vector<std::string> rest = cut_rest(words, had_rest);
  std::size_t at = command_position(words, global);
  std::vector<OptionInfo> options = global;
  options.push_back({"--help", "-h", "", "", false});
  if (at < words.size()) {
    line.command = find_command(commands, words[at]);
    if (line.command == nullptr) {
      std::vector<std::string> names;
      names.reserve(commands.size());
      for (const CliCommand& command : commands)
        names.push_back(command.info.name);
      throw unknown_word(words[at], "command", names);
    }
    options.insert(options.end(), line.command->info.options.begin(),
                   line.command->info.options.end());
    words.erase(words.begin() + static_cast<std::ptrdiff_t>(at));
  }
  refuse_unknown_options(words, options);
  mark_words(words, options);

  CLI::App app;
  app.set_help_flag();
  app.add_flag("-h,--help", line.help);
  for (const OptionInfo& option : global)
    register_option(app, option, line.global);
  if (line.command != nullptr)
    for (const OptionInfo& option : line.command->info.options)
      register_option(app, option, line.arguments);
  std::vector<std::string> positionals;
  app.add_option("words", positionals)->allow_extra_args();
  run_parser(app, words);
  line.version = line.global.flag("--version");
  if (line.command == nullptr || line.help) return line;
  if (had_rest && line.command->info.rest.empty())
    positionals.insert(positionals.end(), rest.begin(), rest.end());
  else
    line.arguments.rest_ = std::move(rest);
  place_positionals(line.command->info, positionals, line.arguments);
  return line;
}

} // namespace hdist
