#include "ui/help.h"

#include "base/error.h"
#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace hdist {

namespace {

constexpr std::size_t kWidth = 80;

std::string in_brand(const Brand& brand, const std::string& text) {
  std::string result = replace_all(text, "{program}", brand.program);
  result = replace_all(std::move(result), "{env}", brand.env_prefix);
  return replace_all(std::move(result), "{config}", brand.config_file);
}

/// Fills words into lines of kWidth, each after `indent` blanks; the first line begins at column
/// `start`.
std::string filled(const std::string& text, std::size_t indent, std::size_t start) {
  std::string result;
  std::size_t column = start;
  for (const std::string& word : split_words(text)) {
    bool fits = column + word.size() + 1 <= kWidth;
    if (!result.empty()) {
      result += fits ? " " : "\n" + std::string(indent, ' ');
      column = fits ? column + 1 : indent;
    }
    result += word;
    column += word.size();
  }
  return result;
}

std::string option_names(const OptionInfo& option) {
  std::string names = option.letter.empty() ? option.name : option.letter + ", " + option.name;
  return option.value.empty() ? names : names + " " + option.value;
}

std::string table_row(const std::string& name, const std::string& text) {
  constexpr std::size_t kColumn = 24;
  std::string row = "  " + name;
  if (row.size() + 2 > kColumn)
    row += "\n" + std::string(kColumn, ' ');
  else
    row.resize(kColumn, ' ');
  return row + filled(text, kColumn, kColumn) + "\n";
}

std::string options_text(const std::vector<OptionInfo>& options) {
  std::string text;
  for (const OptionInfo& option : options)
    text += table_row(option_names(option),
                      option.help + (option.repeated ? " (may be repeated)" : ""));
  return text;
}

std::vector<std::string> groups_in_order(const std::vector<CliCommand>& commands) {
  std::vector<std::string> groups;
  for (const CliCommand& command : commands)
    if (groups.empty() || groups.back() != command.info.group) groups.push_back(command.info.group);
  return groups;
}

constexpr const char* kScripts = "plumbing"; // for scripts rather than people

/// Only the names, so that the overview stays on a screen.
std::string names_text(const std::vector<CliCommand>& commands) {
  constexpr std::size_t kColumn = 20, kInLine = 3;
  std::string text;
  std::size_t count = 0;
  for (const CliCommand& command : commands) {
    if (command.info.group != kScripts) continue;
    const bool ends_line = ++count % kInLine == 0;
    text += "  " + command.info.name;
    text += ends_line ? "\n"
                      : std::string(kColumn - std::min(kColumn - 1, command.info.name.size()), ' ');
  }
  while (text.ends_with(' '))
    text.pop_back();
  return text.ends_with('\n') || text.empty() ? text : text + "\n";
}

} // namespace

std::string usage_line(const Brand& brand, const CommandInfo& command) {
  std::string line = brand.program + " " + command.name;
  if (!command.options.empty()) line += " [OPTION]...";
  for (const PositionalInfo& positional : command.positionals) {
    std::string name = positional.name + (positional.many ? "..." : "");
    line += positional.required ? " " + name : " [" + name + "]";
  }
  if (!command.rest.empty()) line += " -- " + command.rest + "...";
  return line;
}

std::string overview_help(const Brand& brand) {
  std::string text = fmt::format("{}: {}\n\nusage: {} [OPTION]... COMMAND [ARGUMENT]...\n",
                                 brand.title, brand.tagline, brand.program);
  const std::vector<CliCommand> commands = shown_commands(brand);
  for (const std::string& group : groups_in_order(commands)) {
    text += "\n" + group + "\n";
    if (group == kScripts) text += names_text(commands);
    for (const CliCommand& command : commands)
      if (command.info.group == group && group != kScripts)
        text += fmt::format("  {:<18}{}\n", command.info.name, command.info.summary);
  }
  text += "\noptions of every command\n" + options_text(global_options());
  text += fmt::format("\n'{} COMMAND --help' says more about one command.\n", brand.program);
  if (!brand.issue_address.empty()) text += "Defects are reported at " + brand.issue_address + "\n";
  if (!brand.update_address.empty()) text += "Newer versions are at " + brand.update_address + "\n";
  return text;
}

std::string command_help(const Brand& brand, const CommandInfo& command) {
  std::string text = fmt::format("usage: {}\n\n{}.\n", usage_line(brand, command), command.summary);
  for (const std::string& paragraph : split(in_brand(brand, command.description), '\n'))
    if (!paragraph.empty()) text += "\n" + filled(paragraph, 0, 0) + "\n";
  if (!command.positionals.empty()) text += "\narguments\n";
  for (const PositionalInfo& positional : command.positionals)
    text += table_row(positional.name, positional.help);
  if (!command.options.empty()) text += "\noptions\n" + options_text(command.options);
  if (!command.examples.empty()) text += "\nexamples\n";
  for (const std::string& example : command.examples)
    text += "  " + brand.program + " " + example + "\n";
  return text;
}

namespace {

std::string troff(const std::string& text) {
  std::string escaped = replace_all(replace_all(text, "\\", "\\e"), "-", "\\-");
  return escaped.starts_with('.') || escaped.starts_with('\'') ? "\\&" + escaped : escaped;
}

std::string troff_options(const std::vector<OptionInfo>& options) {
  std::string text;
  for (const OptionInfo& option : options)
    text += ".TP\n.B " + troff(option_names(option)) + "\n" + troff(option.help) + ".\n";
  return text;
}

std::string troff_command(const Brand& brand, const CommandInfo& command) {
  std::string text = ".SH SYNOPSIS\n.B " + troff(usage_line(brand, command)) +
                     "\n.SH DESCRIPTION\n" + troff(command.summary) + ".\n";
  for (const std::string& paragraph : split(in_brand(brand, command.description), '\n'))
    if (!paragraph.empty()) text += ".PP\n" + troff(paragraph) + "\n";
  if (!command.positionals.empty() || !command.options.empty()) text += ".SH OPTIONS\n";
  for (const PositionalInfo& positional : command.positionals)
    text += ".TP\n.I " + troff(positional.name) + "\n" + troff(positional.help) + ".\n";
  text += troff_options(command.options);
  if (!command.examples.empty()) text += ".SH EXAMPLES\n";
  for (const std::string& example : command.examples)
    text += ".PP\n.EX\n" + troff(brand.program + " " + example) + "\n.EE\n";
  return text;
}

std::string troff_overview(const Brand& brand) {
  std::string text =
      fmt::format(".SH SYNOPSIS\n.B {}\n[OPTION]... COMMAND [ARGUMENT]...\n.SH COMMANDS\n",
                  troff(brand.program));
  for (const CliCommand& command : shown_commands(brand))
    text += ".TP\n.B " + troff(usage_line(brand, command.info)) + "\n" +
            troff(command.info.summary) + ".\n";
  text += ".SH OPTIONS\n" + troff_options(global_options());
  if (!brand.issue_address.empty())
    text += ".SH REPORTING BUGS\n" + troff(brand.issue_address) + "\n";
  if (!brand.update_address.empty())
    text += ".SH AVAILABILITY\nNewer versions are at\n" + troff(brand.update_address) + "\n";
  return text;
}

constexpr const char* kExitCodes = ".SH EXIT STATUS\n0: done; 1: the work failed; 2: wrong usage "
                                   "or document; 3: refused for safety; 130: interrupted.\n";

} // namespace

std::string man_page(const Brand& brand, const std::string& version, const CommandInfo* command) {
  std::string name = command == nullptr ? brand.program : brand.program + "-" + command->name;
  std::string summary = command == nullptr ? brand.tagline : command->summary;
  std::string text =
      fmt::format(".TH {} 1 \"\" \"{} {}\"\n.SH NAME\n{} \\- {}\n", troff(to_upper(name)),
                  brand.title, version, troff(name), troff(summary));
  text += command == nullptr ? troff_overview(brand) : troff_command(brand, *command);
  return text + kExitCodes;
}

namespace {

/// What may be completed at the place of a word, but files and names of profiles.
std::vector<std::string> words_of(const Brand& brand, const PositionalInfo& positional) {
  return positional.offered == nullptr ? positional.choices : positional.offered(brand);
}

bool takes_profile(const CommandInfo& command) {
  return std::any_of(command.positionals.begin(), command.positionals.end(),
                     [](const PositionalInfo& positional) { return positional.is_profile; });
}

/// The command that lists the names to choose from.
std::string names_command(const Brand& brand) {
  return brand.program + " profile list --names 2>/dev/null";
}

std::string words_of_command(const Brand& brand, const CommandInfo& command) {
  std::string words;
  for (const PositionalInfo& positional : command.positionals)
    for (const std::string& word : words_of(brand, positional))
      words += word + " ";
  for (const OptionInfo& option : command.options)
    words += option.name + " ";
  return words;
}

std::string global_words() {
  std::string words = "--help";
  for (const OptionInfo& option : global_options())
    words += " " + option.name;
  return words;
}

std::string command_words(const Brand& brand) {
  std::string words;
  for (const CliCommand& command : shown_commands(brand))
    words += command.info.name + " ";
  return words;
}

/// The options before whose values no command stands, for a `case`.
std::string words_with_value() {
  std::string words;
  for (const OptionInfo& option : global_options()) {
    if (option.value.empty()) continue;
    words += (words.empty() ? "" : "|") + option.name;
    if (!option.letter.empty()) words += "|" + option.letter;
  }
  return words;
}

std::string bash_completion(const Brand& brand) {
  std::string function = "_" + replace_all(brand.program, "-", "_");
  std::string cases;
  for (const CliCommand& command : shown_commands(brand))
    cases += fmt::format("    {}) words=\"{}{}\"{} ;;\n", command.info.name,
                         words_of_command(brand, command.info), global_words(),
                         takes_profile(command.info) ? " profiles=yes" : "");
  // Names are quoted and never expanded: they may be another user's.
  return fmt::format(
      "{0}() {{\n"
      "  local word command words profiles i\n"
      "  COMPREPLY=()\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    case ${{COMP_WORDS[i]}} in --) return ;;\n"
      "    {6}) [[ ${{COMP_WORDS[++i]}} != = ]] || ((++i)) ;;\n"
      "    -*) ;; *) : \"${{command:=${{COMP_WORDS[i]}}}}\" ;; esac\n"
      "  done\n"
      "  ((i == COMP_CWORD)) || return\n"
      "  case $command in\n{1}"
      "    *) words=\"{2}{3}\" ;;\n"
      "  esac\n"
      "  while read -r word; do COMPREPLY+=(\"$word\"); done < <(compgen -W \"$words\" -- "
      "\"${{COMP_WORDS[COMP_CWORD]}}\")\n"
      "  [[ -z $profiles ]] || while read -r word; do\n"
      "    [[ $word != \"${{COMP_WORDS[COMP_CWORD]}}\"* ]] || COMPREPLY+=(\"$(printf %q "
      "\"$word\")\")\n"
      "  done < <({5})\n"
      "}}\n"
      "complete -o default -F {0} {4}\n",
      function, cases, command_words(brand), global_words(), brand.program, names_command(brand),
      words_with_value());
}

/// A word and its description for _describe and _arguments, where ':' and '[' mean something.
std::string zsh_text(const std::string& text) {
  return replace_all(replace_all(replace_all(text, ":", "\\:"), "[", "\\["), "]", "\\]");
}

std::string zsh_options(const std::vector<OptionInfo>& options) {
  std::string text;
  for (const OptionInfo& option : options) {
    std::string value = option.value.empty() ? "" : fmt::format(":{}:_files", option.value);
    std::string many = option.repeated ? "*" : "";
    text += " " +
            shell_quote(fmt::format("{}{}[{}]{}", many, option.name, zsh_text(option.help), value));
    if (!option.letter.empty())
      text += " " + shell_quote(fmt::format("{}{}[{}]{}", many, option.letter,
                                            zsh_text(option.help), value));
  }
  return text;
}

/// Of the words that follow the command; `names` is the function that adds the names of profiles.
std::string zsh_choices(const Brand& brand, const CommandInfo& command, const std::string& names) {
  std::string text;
  for (std::size_t i = 0; i < command.positionals.size(); ++i) {
    const PositionalInfo& positional = command.positionals[i];
    std::string action = positional.is_profile ? names : "";
    std::string words = join(words_of(brand, positional), " ");
    if (!words.empty()) action = "(" + words + ")";
    if (!action.empty())
      text += " " + shell_quote(fmt::format("{}:{}:{}", i + 1, positional.name, action));
  }
  return text;
}

/// As a file of site-functions and by `source`, too.
std::string zsh_completion(const Brand& brand) {
  std::string function = "_" + brand.program;
  std::string names;
  std::string cases;
  for (const CliCommand& command : shown_commands(brand)) {
    names +=
        " " + shell_quote(fmt::format("{}:{}", command.info.name, zsh_text(command.info.summary)));
    cases += fmt::format("    {}) _arguments{}{}{} '*:argument:_files' ;;\n", command.info.name,
                         zsh_options(command.info.options), zsh_options(global_options()),
                         zsh_choices(brand, command.info, function + "_profiles"));
  }
  return fmt::format("#compdef {0}\n"
                     "{1}_profiles() {{\n"
                     "  local -a names\n"
                     "  names=(${{(f)\"$({5})\"}})\n"
                     "  compadd -a names\n"
                     "  _files\n"
                     "}}\n"
                     "{1}() {{\n"
                     "  local -a commands\n"
                     "  local curcontext=$curcontext state line\n"
                     "  commands=({2})\n"
                     "  _arguments -C{4} '--help[say more]' '1:command:->command' "
                     "'*::argument:->rest'\n"
                     "  case $state in\n"
                     "  command) _describe command commands ;;\n"
                     "  rest)\n    case $words[1] in\n{3}    esac ;;\n"
                     "  esac\n"
                     "}}\n"
                     "if [[ $funcstack[1] == {1} ]]; then {1} \"$@\"; else compdef {1} {0}; fi\n",
                     brand.program, function, names, cases, zsh_options(global_options()),
                     names_command(brand));
}

/// A word is offered until it stands there, and only behind those that must come before it.
std::string fish_words(const Brand& brand, const CommandInfo& command) {
  std::string text, before = "__fish_seen_subcommand_from " + command.name;
  for (const PositionalInfo& positional : command.positionals) {
    std::string words = join(words_of(brand, positional), " ");
    if (words.empty()) continue;
    // The names of commands stand on the line already.
    std::string seen = positional.offered == nullptr
                           ? fmt::format("; and not __fish_seen_subcommand_from {}", words)
                           : "";
    text +=
        fmt::format("complete -c {} -n '{}{}' -f -a '{}'\n", brand.program, before, seen, words);
    before += "; and __fish_seen_subcommand_from " + words;
  }
  return text;
}

std::string fish_completion(const Brand& brand) {
  std::string text;
  for (const CliCommand& command : shown_commands(brand)) {
    text += fmt::format("complete -c {} -n __fish_use_subcommand -a {} -d {}\n", brand.program,
                        command.info.name, shell_quote(command.info.summary));
    text += fish_words(brand, command.info);
    if (takes_profile(command.info))
      text += fmt::format("complete -c {} -n '__fish_seen_subcommand_from {}' -a '({})'\n",
                          brand.program, command.info.name, names_command(brand));
    for (const OptionInfo& option : command.info.options)
      text += fmt::format("complete -c {} -n '__fish_seen_subcommand_from {}' -l {} -d {}\n",
                          brand.program, command.info.name, option.name.substr(2),
                          shell_quote(option.help));
  }
  for (const OptionInfo& option : global_options())
    text += fmt::format("complete -c {} -l {} -d {}\n", brand.program, option.name.substr(2),
                        shell_quote(option.help));
  return text;
}

} // namespace

std::string completion_script(const Brand& brand, const std::string& shell) {
  if (shell == "bash") return bash_completion(brand);
  if (shell == "zsh") return zsh_completion(brand);
  if (shell == "fish") return fish_completion(brand);
  throw Error(
      ErrorKind::usage, "help.unknown-shell",
      fmt::format("there is no completion for the shell '{}'; there is one for bash, zsh and fish",
                  printable(shell)));
}

} // namespace hdist
