#include "ui/help_files.h"

#include "base/dir.h"
#include "ui/command.h"
#include "ui/help.h"

namespace hdist {

std::vector<HelpFile> help_files(const Brand& brand, const std::string& version) {
  const std::string& name = brand.program;
  std::vector<HelpFile> files{
      {"man/man1/" + name + ".1", man_page(brand, version, nullptr)},
      {"bash-completion/completions/" + name, completion_script(brand, "bash")},
      {"zsh/site-functions/_" + name, completion_script(brand, "zsh")},
      {"fish/vendor_completions.d/" + name + ".fish", completion_script(brand, "fish")}};
  for (const CliCommand& command : shown_commands(brand))
    files.push_back({"man/man1/" + name + "-" + command.info.name + ".1",
                     man_page(brand, version, &command.info)});
  return files;
}

void write_help_files(const Brand& brand, const std::string& version,
                      const std::string& directory) {
  Dir dir = Dir::create(directory);
  for (const HelpFile& file : help_files(brand, version)) {
    (void)dir.make_dirs(parent_path(file.path));
    dir.write_file(file.path, file.text);
  }
}

} // namespace hdist
