#include "profile/links.h"

#include "base/error.h"
#include "base/text.h"
#include "base/tree.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>

namespace hdist {

namespace {

/// What one member wants at one place of the profile: a file or link of its tree, or a directory:
/// one that is read from disk when it is looked into, or one that rules have put together.
struct Wish {
  enum class Kind { leaf, disk_directory, made_directory };
  Kind kind = Kind::leaf;
  std::size_t member = 0;
  std::string source; // absolute path in the artifact; empty for made directories
  LinkAction action = LinkAction::symlink;
  std::map<std::string, std::shared_ptr<Wish>>
      children; // of a made directory; shared by the plan's levels while it is walked
};
using WishPtr = std::shared_ptr<Wish>;

/// The kernel would resolve bin/../lib into the artifact, so these are always real directories.
bool is_never_folded(const std::string& top_name) {
  static const std::set<std::string> known_names{"bin",   "sbin",    "lib", "lib64", "libexec",
                                                 "share", "include", "etc", "man"};
  return known_names.contains(top_name);
}

/// Every profile has its own at its top.
bool is_document_of_profile(const std::string& top_name) {
  static const std::set<std::string> known_names{"activate.sh", "install.json", "profile.json"};
  return known_names.contains(top_name);
}

/// Not part of what a package installs: the documents of a build or a profile, and indexes that
/// installers rewrite for each package.
bool is_default_excluded(const std::string& path) {
  static const std::set<std::string> known_paths{"_hashdist", "build.json", "share/info/dir"};
  return known_paths.contains(path) || is_document_of_profile(path);
}

WishPtr leaf(std::size_t member, std::string source, LinkAction action) {
  auto wish = std::make_shared<Wish>();
  wish->member = member;
  wish->source = std::move(source);
  wish->action = action;
  return wish;
}

WishPtr disk_directory(std::size_t member, std::string source, LinkAction action) {
  WishPtr wish = leaf(member, std::move(source), action);
  wish->kind = Wish::Kind::disk_directory;
  return wish;
}

WishPtr made_directory(std::size_t member) {
  WishPtr wish = leaf(member, "", LinkAction::symlink);
  wish->kind = Wish::Kind::made_directory;
  return wish;
}

/// Turns the rules of one member into a tree of wishes.
class RuleTree {
public:
  RuleTree(const LinkMember& member, std::size_t index)
      : member_(member), index_(index), root_(made_directory(index)) {}

  WishPtr build() {
    Dir artifact = Dir::open(member_.path);
    std::set<std::string> taken; // directories that a rule took as a whole
    walk_tree(
        artifact,
        [&](const Dir&, const TreeEntry& entry) {
          bool is_directory = entry.type == EntryType::directory;
          const InstallRule* rule = deciding_rule(entry.path, is_directory);
          if (rule == nullptr) return;
          if (is_directory) taken.insert(entry.path);
          if (rule->action != LinkAction::exclude) place(*rule, entry.path, is_directory);
        },
        [&](const TreeEntry& entry) {
          return !taken.contains(entry.path) && !is_default_excluded(entry.path);
        });
    return root_;
  }

private:
  const InstallRule* deciding_rule(const std::string& path, bool is_directory) const {
    if (is_default_excluded(path)) return nullptr;
    for (const InstallRule& rule : member_.install.rules) {
      if (rule.dirs != is_directory) continue;
      if (std::any_of(rule.select.begin(), rule.select.end(),
                      [&](const std::string& glob) { return glob_match(trimmed(glob), path); }))
        return &rule;
    }
    return nullptr;
  }

  static std::string_view trimmed(std::string_view glob) {
    while (glob.starts_with('/'))
      glob.remove_prefix(1);
    return glob;
  }

  void place(const InstallRule& rule, const std::string& path, bool is_directory) {
    if (rule.action == LinkAction::launcher)
      throw Error(
          ErrorKind::usage, "profile.no-launcher",
          fmt::format("{} asks for the link action 'launcher', which this version does not have",
                      member_.id.str()));
    std::string rest = path;
    std::string prefix(trimmed(rule.prefix));
    if (!prefix.empty()) {
      if (!prefix.ends_with('/')) prefix += '/';
      if (!path.starts_with(prefix))
        throw Error(
            ErrorKind::usage, "profile.bad-rule",
            fmt::format(
                "an install rule of {} cuts the prefix {} from {}, which does not begin with it",
                member_.id.str(), rule.prefix, path));
      rest = path.substr(prefix.size());
    }
    std::string target = normal_path(
        rule.target.empty() ? rest : join_path(std::string(trimmed(rule.target)), rest));
    if (target.starts_with("..") || target.starts_with('/'))
      throw Error(ErrorKind::refused, "profile.bad-rule",
                  fmt::format("an install rule of {} leads out of the profile: {}",
                              member_.id.str(), target));
    if (is_document_of_profile(target.substr(0, target.find('/'))))
      throw Error(ErrorKind::usage, "profile.bad-rule",
                  fmt::format("an install rule of {} puts {} at {}, where every profile has a file "
                              "of its own; give it another target",
                              member_.id.str(), path, target));
    WishPtr directory = parent_of(target);
    std::string source = join_path(member_.path, path);
    WishPtr wish = is_directory ? disk_directory(index_, source, rule.action)
                                : leaf(index_, source, rule.action);
    WishPtr& slot = directory->children[base_name(target)];
    if (!slot || rule.overwrite) slot = wish; // the first rule wins
  }

  WishPtr parent_of(const std::string& target) {
    WishPtr at = root_;
    std::vector<std::string> parts = split(target, '/');
    parts.pop_back();
    for (const std::string& part : parts) {
      WishPtr& next = at->children[part];
      if (!next) next = made_directory(index_);
      at = next;
    }
    return at;
  }

  const LinkMember& member_;
  std::size_t index_;
  WishPtr root_;
};

std::map<std::string, WishPtr> children_of(const Wish& wish, const std::string& path) {
  if (wish.kind == Wish::Kind::made_directory) return wish.children;
  std::map<std::string, WishPtr> children;
  for (const Entry& entry : Dir::open(wish.source).list()) {
    std::string child_path = join_path(path, entry.name);
    if (is_default_excluded(child_path)) continue;
    std::string source = join_path(wish.source, entry.name);
    bool directory = entry.type == EntryType::directory;
    children[entry.name] = directory ? disk_directory(wish.member, source, wish.action)
                                     : leaf(wish.member, source, wish.action);
  }
  return children;
}

bool same_file(const std::string& a, const std::string& b) {
  Dir dir_a = Dir::open(parent_path(a));
  Dir dir_b = Dir::open(parent_path(b));
  std::optional<struct stat> stat_a = dir_a.stat(base_name(a)), stat_b = dir_b.stat(base_name(b));
  if (!stat_a || !stat_b || (stat_a->st_mode & S_IFMT) != (stat_b->st_mode & S_IFMT)) return false;
  if (stat_a->st_dev == stat_b->st_dev && stat_a->st_ino == stat_b->st_ino) return true;
  if (S_ISLNK(stat_a->st_mode))
    return dir_a.read_link(base_name(a)) == dir_b.read_link(base_name(b));
  if (stat_a->st_size != stat_b->st_size || stat_a->st_mode != stat_b->st_mode) return false;
  Fd file_a = dir_a.open_file(base_name(a), O_RDONLY),
     file_b = dir_b.open_file(base_name(b), O_RDONLY);
  return read_all(file_a.get(), INT64_MAX, a) == read_all(file_b.get(), INT64_MAX, b);
}

/// The directory of a member that `path` leads to, as the member's path spells it; nullopt: none.
std::optional<std::string> directory_of_members(const std::string& path,
                                                const std::vector<LinkMember>& members) {
  std::optional<std::string> real = real_path_if_exists(path);
  if (!real) return std::nullopt;
  for (const LinkMember& member : members) {
    const std::string top = real_path(member.path) + "/";
    if (!real->starts_with(top)) continue;
    const std::string inside = real->substr(top.size());
    std::optional<struct stat> info = Dir::open(member.path).stat(inside);
    if (info && S_ISDIR(info->st_mode)) return join_path(member.path, inside);
  }
  return std::nullopt;
}

class Merger {
public:
  Merger(const std::vector<LinkMember>& members, bool fold, std::stop_token stop)
      : members_(members), fold_(fold), stop_(std::move(stop)) {}

  void merge(const std::string& path, const std::vector<WishPtr>& directories) {
    std::map<std::string, std::vector<WishPtr>> names;
    for (const WishPtr& directory : directories)
      for (auto& [name, child] : children_of(*directory, path))
        names[name].push_back(path.empty() && is_never_folded(name) ? as_directory(name, child)
                                                                    : child);
    for (const auto& [name, wishes] : names) {
      if (stop_.stop_requested())
        throw Error(ErrorKind::interrupted, "profile.interrupted",
                    "interrupted while planning the profile");
      decide(join_path(path, name), wishes);
    }
  }

  LinkPlan take() { return std::move(plan_); }

private:
  /// Of a link to a directory, "lib64 -> lib": what is in it. As a link it would be in the way of
  /// other packages, and "lib64/.." would be the artifact.
  WishPtr as_directory(const std::string& name, const WishPtr& wish) const {
    if (!is_leaf(wish)) return wish;
    std::optional<std::string> text =
        Dir::open(parent_path(wish->source)).read_link(base_name(wish->source));
    if (!text) return wish;
    if (std::optional<std::string> directory = directory_of_members(wish->source, members_))
      return disk_directory(wish->member, *directory, wish->action);
    Error error(ErrorKind::usage, "profile.link-leads-out",
                fmt::format("{} has {} as a link to {}, which is no directory of it or of what it "
                            "needs; it cannot be the {} of a profile",
                            members_[wish->member].id.str(), name, printable(*text), name));
    error.advise(
        {fmt::format("exclude it in the recipe's profile_links: - {{exclude: {}}}", name), "", {}});
    throw error;
  }

  static bool is_leaf(const WishPtr& wish) { return wish->kind == Wish::Kind::leaf; }

  void decide(const std::string& path, const std::vector<WishPtr>& wishes) {
    bool any_leaf = std::any_of(wishes.begin(), wishes.end(), is_leaf);
    bool all_leaves = std::all_of(wishes.begin(), wishes.end(), is_leaf);
    if (any_leaf && !all_leaves) {
      conflict(path, wishes);
    } else if (all_leaves) {
      for (std::size_t i = 1; i < wishes.size(); ++i)
        if (!same_file(wishes[0]->source, wishes[i]->source)) return conflict(path, wishes);
      add_leaf(path, *wishes.front());
    } else if (wishes.size() == 1 && can_fold(path, *wishes.front())) {
      add_leaf(path, *wishes.front());
    } else {
      plan_.entries.push_back({path, PlannedEntry::Kind::directory, "", 0, false});
      merge(path, wishes);
    }
  }

  bool can_fold(const std::string& path, const Wish& wish) const {
    bool top = path.find('/') == std::string::npos;
    bool contains_excluded =
        path == "share/info"; // a folded directory would bring what is left out
    return fold_ && wish.kind == Wish::Kind::disk_directory && wish.action != LinkAction::copy &&
           !(top && is_never_folded(path)) && !contains_excluded;
  }

  void add_leaf(const std::string& path, const Wish& wish) {
    bool copy = wish.action == LinkAction::copy;
    plan_.entries.push_back({path, copy ? PlannedEntry::Kind::copy : PlannedEntry::Kind::link,
                             wish.source, wish.member,
                             wish.action == LinkAction::absolute_symlink});
  }

  void conflict(const std::string& path, const std::vector<WishPtr>& wishes) {
    LinkConflict found{path, {}};
    for (const WishPtr& wish : wishes)
      found.members.push_back(wish->member);
    plan_.conflicts.push_back(std::move(found));
  }

  const std::vector<LinkMember>& members_;
  bool fold_;
  std::stop_token stop_;
  LinkPlan plan_;
};

bool excludes_all(const InstallWishes& install) {
  if (install.rules.empty()) return false;
  const InstallRule& first = install.rules.front();
  return first.action == LinkAction::exclude && !first.dirs &&
         first.select == std::vector<std::string>{"**"};
}

} // namespace

LinkPlan plan_links(const std::vector<LinkMember>& members, const PlanOptions& options,
                    std::stop_token stop) {
  std::vector<WishPtr> roots;
  for (std::size_t i = 0; i < members.size(); ++i) {
    bool ruled = !members[i].install.rules.empty();
    if (excludes_all(members[i].install)) continue;
    roots.push_back(ruled ? RuleTree(members[i], i).build()
                          : disk_directory(i, members[i].path, LinkAction::symlink));
  }
  Merger merger(members, options.fold, std::move(stop));
  merger.merge("", roots);
  return merger.take();
}

namespace {

bool is_below(const std::string& path, const std::string& directory) {
  return path.starts_with(directory + "/");
}

void copy_entry(const Dir& target, const PlannedEntry& entry) {
  Dir from = Dir::open(parent_path(entry.source));
  std::string name = base_name(entry.source);
  if (std::optional<std::string> link = from.read_link(name))
    return target.make_symlink(*link, entry.path);
  std::optional<struct stat> info = from.stat(name);
  if (!info)
    throw Error(ErrorKind::failed, "profile.vanished",
                fmt::format("{} vanished while the profile was made", entry.source));
  std::string parent = parent_path(entry.path);
  Dir into = parent.empty() || parent == "." ? target.open_dir(".") : target.open_dir(parent);
  Fd file = from.open_file(name, O_RDONLY);
  into.write_file(base_name(entry.path), read_all(file.get(), INT64_MAX, entry.source),
                  {.mode = static_cast<mode_t>((info->st_mode & 0777) | 0200)});
}

} // namespace

std::string link_text(const PlannedEntry& entry, const std::string& final_path,
                      const std::string& relative_below) {
  bool relative = is_below(final_path, relative_below) && !entry.absolute &&
                  is_below(entry.source, relative_below);
  std::string place = parent_path(join_path(final_path, entry.path));
  return relative ? relative_path(entry.source, place) : entry.source;
}

void carry_out(const LinkPlan& plan, const Dir& target, const std::string& final_path,
               const std::string& relative_below) {
  for (const PlannedEntry& entry : plan.entries) {
    if (entry.kind == PlannedEntry::Kind::directory) {
      (void)target.make_new_dir(entry.path);
    } else if (entry.kind == PlannedEntry::Kind::copy) {
      copy_entry(target, entry);
    } else {
      target.make_symlink(link_text(entry, final_path, relative_below), entry.path);
    }
  }
}

} // namespace hdist
