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
/// each marked so that it never looks like that, nor like an option.
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

const OptionInfo* find_option(const std::vector<OptionInfo>& options, const std::string& name) {
  for (const OptionInfo& option : options)
    if (name == option.name || (!option.letter.empty() && name == option.letter)) return &option;
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

bool is_letters(const std::string& word) {
  return word.size() > 1 && word[0] == '-' && word[1] != '-';
}

/// Whether the next word is the value of the last option in this one: "--jobs", "-j", "-qj".
bool takes_next(const std::vector<OptionInfo>& options, const std::string& word) {
  const OptionInfo* option = find_option(options, word);
  for (std::size_t i = 1; option == nullptr && is_letters(word) && i < word.size(); ++i) {
    const OptionInfo* letter = find_option(options, {'-', word[i]});
    if (letter == nullptr) return false;
    if (!letter->value.empty()) return i + 1 == word.size();
  }
  return option != nullptr && !option->value.empty();
}

/// The first word that is no option and no option's value: the command.
std::size_t command_position(const std::vector<std::string>& words,
                             const std::vector<OptionInfo>& global) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!words[i].starts_with('-')) return i;
    if (takes_next(global, words[i])) ++i;
  }
  return words.size();
}

/// Makes each option a word of its own, with its value as the next one; what CLI11 would refuse is
/// refused here, in our words.
class OptionSplitter {
public:
  OptionSplitter(const std::vector<std::string>& words, const std::vector<OptionInfo>& options)
      : words_(words), options_(options) {}

  std::vector<std::string> split() {
    while (at_ < words_.size()) {
      const std::string& word = words_[at_++];
      if (word.starts_with("--"))
        add_long(word);
      else if (is_letters(word))
        add_letters(word);
      else
        result_.push_back(kMark + word);
    }
    return std::move(result_);
  }

private:
  void add_long(const std::string& word) {
    std::size_t equals = word.find('=');
    std::string name = word.substr(0, equals);
    const OptionInfo* option = name == "--" ? nullptr : find_option(options_, name);
    if (option == nullptr) throw unknown_option(name);
    if (equals == std::string::npos)
      add(*option, name, std::nullopt);
    else
      add(*option, name, word.substr(equals + 1));
  }

  void add_letters(const std::string& word) {
    for (std::size_t i = 1; i < word.size(); ++i) {
      std::string name{'-', word[i]};
      const OptionInfo* option = find_option(options_, name);
      if (option == nullptr) throw unknown_option(is_utf8_letter(word, i) ? word : name);
      std::string rest = word.substr(i + 1);
      bool is_value = !rest.empty() && (!option->value.empty() || rest[0] == '=');
      add(*option, name, is_value ? std::optional(rest) : std::nullopt);
      if (is_value || !option->value.empty()) return;
    }
  }

  void add(const OptionInfo& option, const std::string& name,
           const std::optional<std::string>& value) {
    result_.push_back(option.name);
    if (option.value.empty()) {
      if (value)
        throw Error(ErrorKind::usage, "usage.invalid", fmt::format("{} takes no value", name));
      return;
    }
    if (!value && at_ == words_.size())
      throw Error(ErrorKind::usage, "usage.missing-value",
                  fmt::format("{} needs a value: {} {}", name, name, option.value));
    const std::string& given = value ? *value : words_[at_++];
    if (given.empty()) // mostly a variable of a shell that is not set
      throw Error(ErrorKind::usage, "usage.empty-argument",
                  fmt::format("the value of {} is empty: {} {}", name, name, option.value));
    result_.push_back(kMark + given);
  }

  static bool is_utf8_letter(const std::string& word, std::size_t at) {
    return static_cast<unsigned char>(word[at]) >= 0x80;
  }

  Error unknown_option(const std::string& name) const {
    std::vector<std::string> names;
    for (const OptionInfo& option : options_)
      names.push_back(option.name);
    return unknown_word(name, "option", names);
  }

  const std::vector<std::string>& words_;
  const std::vector<OptionInfo>& options_;
  std::size_t at_ = 0;
  std::vector<std::string> result_;
};

void check_choice(const CommandInfo& info, const PositionalInfo& positional,
                  const std::string& word) {
  const std::vector<std::string>& choices = positional.choices;
  if (choices.empty() || std::find(choices.begin(), choices.end(), word) != choices.end()) return;
  std::optional<std::string> meant = nearest(word, choices);
  throw Error(ErrorKind::usage, "usage.invalid",
              fmt::format("'{}' takes {}, not '{}'{}", info.name, positional.help, printable(word),
                          meant ? fmt::format("; is '{}' meant?", *meant) : ""));
}

void place_positionals(const CommandInfo& info, const std::vector<std::string>& words,
                       Arguments& arguments) {
  std::size_t next = 0;
  for (const PositionalInfo& positional : info.positionals) {
    std::vector<std::string>& values = arguments.values_[positional.name];
    while (next < words.size() && (positional.many || values.empty())) {
      const std::string& word = values.emplace_back(unmarked(words[next++]));
      if (word.empty() && !positional.may_be_empty)
        throw Error(ErrorKind::usage, "usage.empty-argument",
                    fmt::format("the {} given to '{}' is empty: {}", positional.name, info.name,
                                positional.help));
      check_choice(info, positional, word);
    }
    if (positional.required && values.empty())
      throw Error(ErrorKind::usage, "usage.missing-argument",
                  fmt::format("'{}' needs {}: {}", info.name, positional.name, positional.help));
  }
  if (next == words.size()) return;
  Error error(ErrorKind::usage, "usage.extra-argument",
              fmt::format("'{}' is one argument too many for '{}'{}",
                          printable(unmarked(words[next])), info.name,
                          info.rest.empty() ? "" : "; -- goes before the " + to_lower(info.rest)));
  if (next > 0 && info.positionals.back().may_be_empty) { // any text may be meant
    std::string meant = unmarked(words[next - 1]);
    for (; next < words.size(); ++next)
      meant += " " + unmarked(words[next]);
    error.advise({.text = fmt::format("A {} with blanks is quoted: {}",
                                      to_lower(info.positionals.back().name), shell_quote(meant)),
                  .verb = {},
                  .args = {}});
  }
  throw error;
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
        if (!command.info.group.empty()) names.push_back(command.info.name); // not the hidden ones
      throw unknown_word(words[at], "command", names);
    }
    options.insert(options.end(), line.command->info.options.begin(),
                   line.command->info.options.end());
    words.erase(words.begin() + static_cast<std::ptrdiff_t>(at));
  }
  words = OptionSplitter(words, options).split();

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

LineSketch sketch_line(std::vector<std::string> words, const std::vector<CliCommand>& commands,
                       const std::vector<OptionInfo>& global) {
  LineSketch sketch;
  bool had_rest = false;
  cut_rest(words, had_rest);
  std::size_t at = command_position(words, global);
  if (at < words.size()) sketch.command = find_command(commands, words[at]);
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--json") sketch.json = true;
    if (takes_next(global, words[i])) ++i;
  }
  return sketch;
}

} // namespace hdist
