// The command profile: the registry of profiles.
#include "base/error.h"
#include "base/path.h"
#include "base/text.h"
#include "ops/registry_op.h"
#include "ui/cli.h"
#include "ui/command_list.h"

#include <fmt/format.h>

#include <algorithm>

namespace hdist {

namespace {

std::string state_text(const RegisteredProfile& entry) {
  if (entry.state != RegisteredProfile::State::profile) return "(" + printable(entry.problem) + ")";
  const ProfileRecord& record = entry.record;
  std::string text = record.generation > 0 ? fmt::format("generation {}", record.generation)
                                           : "not switched by generations";
  if (record.made_at_s > 0) text += ", made " + utc_time(record.made_at_s);
  return text;
}

std::string leads_text(const RegisteredProfile& entry) {
  const std::string& end = entry.leads_to.empty() ? entry.target : entry.leads_to;
  return printable(end.empty() ? entry.path : end);
}

/// Where the entry itself leads, which may be a link that is switched.
std::string link_text(const RegisteredProfile& entry) {
  return normal_path(join_path(entry.folder, entry.target));
}

/// For completion: what cannot be shown as it is cannot be typed either.
int list_names(Cli& cli, const ProfileListResponse& response) {
  std::string text;
  for (const RegisteredProfile& entry : response.profiles)
    if (entry.state == RegisteredProfile::State::profile && !entry.hidden &&
        printable(entry.name) == entry.name)
      text += entry.name + "\n";
  cli.print(text);
  return 0;
}

int list_action(Cli& cli, bool names_only) {
  ProfileListResponse response = list_profiles(cli.session());
  if (cli.json()) {
    cli.print_json(to_value(response));
    return 0;
  }
  if (names_only) return list_names(cli, response);
  std::size_t width = 0;
  for (const RegisteredProfile& entry : response.profiles)
    width = std::max(width, printable(entry.name).size());
  std::string text;
  for (const RegisteredProfile& entry : response.profiles)
    text += fmt::format("{:<{}}  {}  ->  {}  {}{}\n", printable(entry.name), width,
                        printable(entry.folder), leads_text(entry), state_text(entry),
                        entry.hidden ? ", hidden by the one above" : "");
  cli.print(text);
  return 0;
}

int link_action(Cli& cli, const std::string& name, const std::string& profile) {
  ProfileLinkResponse response = link_profile(cli.session(), {name, profile});
  if (cli.json())
    cli.print_json(to_value(response));
  else
    cli.events().notice(fmt::format("{} {} {}", response.profile.path,
                                    response.changed ? "now leads to" : "leads already to",
                                    printable(link_text(response.profile))));
  return 0;
}

std::string way_back(const Cli& cli, const RegisteredProfile& profile) {
  std::string words =
      fmt::format("profile link {} {}", shell_quote(profile.name), shell_quote(profile.leads_to));
  return fmt::format("the profile was made under this name; its generations stay until '{}' finds "
                     "them old\n  to get it back: {}",
                     cli.command_text("gc"), printable(cli.command_text(words)));
}

int unlink_action(Cli& cli, const std::string& name, bool dry_run) {
  ProfileUnlinkResponse response = unlink_profile(cli.session(), {name, dry_run});
  if (cli.json())
    cli.print_json(to_value(response));
  else
    cli.events().notice(fmt::format("{} {}, a link to {}", dry_run ? "would remove" : "removed",
                                    response.profile.path, printable(response.profile.target)));
  if (response.is_own_link) cli.events().notice(way_back(cli, response.profile));
  return 0;
}

int info_action(Cli& cli, const std::string& profile) {
  ProfileInfoResponse response = profile_info(cli.session(), {profile});
  if (cli.json()) {
    cli.print_json(to_value(response));
    return 0;
  }
  const ProfileRecord& record = response.profile.record;
  std::string text;
  auto line = [&](const std::string& what, const std::string& value) {
    if (!value.empty()) text += fmt::format("{:<12} {}\n", what, printable(value));
  };
  line("profile", response.profile.path);
  line("registered", join(response.names, ", "));
  line("leads to", response.profile.generation_path);
  line("generation", record.generation > 0 ? std::to_string(record.generation) : "");
  line("made", record.made_at_s > 0 ? utc_time(record.made_at_s) : "");
  line("by", record.author);
  line("with", record.reason);
  line("stack", record.stack);
  for (const ProfileMember& member : record.members)
    line(member.requested ? "member" : "  needed",
         member.id.short_text() + (member.version.empty() ? "" : " " + member.version));
  cli.print(text);
  return 0;
}

int profile_action(Cli& cli, const Arguments& arguments) {
  std::string verb = *arguments.value("VERB");
  std::optional<std::string> name = arguments.value("NAME");
  std::optional<std::string> profile = arguments.value("PROFILE");
  bool dry_run = arguments.flag("--dry-run");
  if (dry_run && verb != "unlink")
    throw Error(ErrorKind::usage, "usage.invalid", "--dry-run is for 'unlink' alone");
  bool names_only = arguments.flag("--names");
  if (names_only && verb != "list")
    throw Error(ErrorKind::usage, "usage.invalid", "--names is for 'list' alone");
  if (verb == "list" && !name) return list_action(cli, names_only);
  if (verb == "link" && profile) return link_action(cli, *name, *profile);
  if (verb == "unlink" && name && !profile) return unlink_action(cli, *name, dry_run);
  if (verb == "info" && name && !profile) return info_action(cli, *name);
  throw Error(ErrorKind::usage, "usage.invalid",
              "'profile' takes 'list'; 'link', a name and a profile; 'unlink' and a name; or "
              "'info' and a profile");
}

} // namespace

CliCommand profile_command() {
  return {
      {"profile",
       "site",
       "the registry: profiles by name",
       "A name without a slash is looked up in the folders of the registry (the setting "
       "'profiles': "
       "your own, then those of the site); every command that takes a profile takes such a name.\n"
       "'profile list' shows what is registered, where, and where it leads. 'profile link' "
       "registers a profile, also one that another distribution made, by a link to it in the first "
       "folder; it follows when that profile is switched. 'profile unlink' removes the link, and "
       "never what it leads to; of a profile that was made under the name it says how to get it "
       "back. 'profile info' says what a profile is made of.",
       {{"VERB", "list, link, unlink or info", true, false, {"list", "link", "unlink", "info"}},
        {"NAME", "name in the registry; for info also a path", false, false, {}, false, true},
        {"PROFILE", "for link: path, name or id of the profile", false, false}},
       {{"--dry-run", "", "", "with unlink: say what would be removed, remove nothing", false},
        {"--names", "", "", "with list: only the names that can be entered, one a line", false}},
       "",
       {"profile list", "profile link sage ~/sage/profile", "profile info sage",
        "profile unlink sage"}},
      profile_action};
}

} // namespace hdist
