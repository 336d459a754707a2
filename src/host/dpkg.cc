// The database is read directly: one call of the dpkg-query program for one file costs 20 ms and
// more, all lists together (some 1,000 files, 10 MB) are searched for any number of paths in about
// the same time.
#include "host/dpkg.h"

#include "base/dir.h"
#include "base/text.h"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <unordered_map>

namespace hdist {
namespace {

constexpr std::string_view kListSuffix = ".list";

/// A package as the name of its file list gives it: "gcc-12", "libc6:amd64".
struct ListName {
  std::string name;
  std::string architecture; // "" when the name of the file has none
  // NOLINTNEXTLINE(modernize-use-nullptr): the 0 of <=>, which is no pointer
  friend auto operator<=>(const ListName&, const ListName&) = default;
};

struct Diversion {
  std::string from, to, package; // package ":" for one made by the administrator
};

/// One path that some package may list, and for which of the wanted paths that would be an answer.
struct Question {
  std::size_t wanted = 0;
  std::string only;   // the only package that counts
  std::string except; // the package that does not count
};
using Questions = std::unordered_map<std::string, std::vector<Question>>;

/// The path itself and its other spelling where /bin, /sbin, /lib* are links into /usr: the lists
/// keep what the package said.
std::vector<std::string> spellings(const std::string& path) {
  constexpr std::array<std::string_view, 3> kMerged{"/bin/", "/sbin/", "/lib"};
  constexpr std::string_view kUsr = "/usr";
  auto is_merged = [&](std::string_view text) {
    return std::any_of(kMerged.begin(), kMerged.end(),
                       [&](std::string_view prefix) { return text.starts_with(prefix); });
  };
  if (is_merged(path)) return {path, std::string(kUsr) + path};
  if (path.starts_with(kUsr) && is_merged(std::string_view(path).substr(kUsr.size())))
    return {path, path.substr(kUsr.size())};
  return {path};
}

/// Calls `use` with every line of `text`, without its newline.
template <class Use> void for_each_line(std::string_view text, const Use& use) {
  while (!text.empty()) {
    std::size_t end = text.find('\n');
    use(text.substr(0, end));
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
  }
}

std::vector<Diversion> read_diversions(const Dir& dpkg) {
  std::vector<std::string> lines;
  for_each_line(dpkg.read_file_if_exists("diversions").value_or(""),
                [&](std::string_view line) { lines.emplace_back(line); });
  std::vector<Diversion> diversions;
  for (std::size_t i = 0; i + 2 < lines.size(); i += 3)
    diversions.push_back({lines[i], lines[i + 1], lines[i + 2]});
  return diversions;
}

bool same_file(const std::string& a, const std::string& b) {
  std::vector<std::string> names = spellings(b);
  return std::find(names.begin(), names.end(), a) != names.end();
}

/// What to look for: where a diversion is, a file is at another path than the list of its package
/// says.
void ask(Questions& questions, std::size_t wanted, const std::string& path,
         const std::vector<Diversion>& diversions) {
  Question question{wanted, "", ""};
  std::string listed = path;
  for (const Diversion& diversion : diversions) {
    if (same_file(path, diversion.from)) question.only = diversion.package;
    if (same_file(path, diversion.to)) {
      listed = diversion.from;
      question.except = diversion.package;
    }
  }
  for (const std::string& spelling : spellings(listed))
    questions[spelling].push_back(question);
}

ListName list_name(std::string_view file) {
  file.remove_suffix(kListSuffix.size());
  std::size_t colon = file.find(':');
  if (colon == std::string_view::npos) return {std::string(file), ""};
  return {std::string(file.substr(0, colon)), std::string(file.substr(colon + 1))};
}

/// For each wanted path the packages that list it.
using Claims = std::map<std::size_t, std::vector<ListName>>;

Claims search_lists(const Dir& info, const Questions& questions) {
  // Most lines are told apart by their length alone, without computing a hash of them.
  std::vector<bool> lengths;
  for (const auto& [path, _] : questions) {
    if (lengths.size() <= path.size()) lengths.resize(path.size() + 1);
    lengths[path.size()] = true;
  }
  Claims claims;
  for (const Entry& entry : info.list()) {
    if (!std::string_view(entry.name).ends_with(kListSuffix)) continue;
    ListName package = list_name(entry.name);
    for_each_line(info.read_file(entry.name), [&](std::string_view line) {
      if (line.size() >= lengths.size() || !lengths[line.size()]) return;
      auto found = questions.find(std::string(line));
      if (found == questions.end()) return;
      for (const Question& question : found->second)
        if ((question.only.empty() || question.only == package.name) &&
            question.except != package.name)
          claims[question.wanted].push_back(package);
    });
  }
  return claims;
}

/// The rest of the line when it is the field `name`.
bool take_field(std::string_view line, std::string_view name, std::string& value) {
  if (!line.starts_with(name) || line.size() <= name.size() || line[name.size()] != ':')
    return false;
  value = trim(line.substr(name.size() + 1));
  return true;
}

/// Fills in what `status` says of the wanted packages that are installed. The lists of a removed
/// package stay when it has configuration files, so a list alone proves nothing.
void read_status(std::string_view status, std::map<ListName, DpkgPackage>& wanted) {
  DpkgPackage package;
  std::string state;
  auto end_of_package = [&] {
    if (state.ends_with(" installed"))
      for (const std::string& architecture : {std::string(), package.architecture})
        if (auto found = wanted.find({package.name, architecture}); found != wanted.end())
          found->second = package;
    package = {};
    state.clear();
  };
  for_each_line(status, [&](std::string_view line) {
    if (line.empty()) return end_of_package();
    if (line.front() == ' ' || line.front() == '\t') return; // continues the field before it
    take_field(line, "Package", package.name) || take_field(line, "Version", package.version) ||
        take_field(line, "Architecture", package.architecture) || take_field(line, "Status", state);
  });
  end_of_package();
}

} // namespace

std::vector<std::optional<DpkgPackage>> dpkg_owners(const std::string& dpkg_dir,
                                                    const std::vector<std::string>& paths) {
  std::vector<std::optional<DpkgPackage>> owners(paths.size());
  std::optional<Dir> dpkg = Dir::open_if_exists(dpkg_dir);
  std::optional<Dir> info = dpkg ? dpkg->open_dir_if_exists("info") : std::nullopt;
  if (!info || paths.empty()) return owners;

  std::vector<Diversion> diversions = read_diversions(*dpkg);
  Questions questions;
  for (std::size_t i = 0; i < paths.size(); ++i)
    ask(questions, i, paths[i], diversions);
  Claims claims = search_lists(*info, questions);

  std::map<ListName, DpkgPackage> packages;
  for (const auto& [wanted, names] : claims)
    for (const ListName& name : names)
      packages[name];
  if (!packages.empty()) read_status(dpkg->read_file_if_exists("status").value_or(""), packages);
  for (const auto& [wanted, names] : claims)
    for (const ListName& name : names)
      if (!owners[wanted] && !packages[name].version.empty()) owners[wanted] = packages[name];
  return owners;
}

} // namespace hdist
