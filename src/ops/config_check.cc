#include "ops/config_check.h"

#include "base/path.h"
#include "base/text.h"
#include "config/places.h"
#include "config/trust.h"
#include "model/artifact_id.h"
#include "source/address.h"
#include "store/store_format.h"

#include <fmt/format.h>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

namespace hdist {

namespace {

using Doubts = std::vector<std::string>;

Error invalid(const std::string& text, std::string_view expected) {
  return {ErrorKind::usage, "config.value",
          fmt::format("\"{}\": expected {}", printable(text), expected)};
}

Doubts of_place(const std::string& path) {
  check_place(path);
  const std::optional<std::string> doubt = doubt_about_place(path);
  return doubt ? Doubts{*doubt} : Doubts{};
}

std::string physical(const std::string& path) {
  return real_path_if_exists(path).value_or(path);
}

/// What one of them removes or takes for its own would be missing in the other, or junk there.
void check_apart(const Session& session, const std::string& name, const std::string& path) {
  for (const char* section : {"sources", "builder"}) {
    const std::string store = std::string(section) + ".store";
    const std::string other = session.config().path(section, "store");
    if (name == store) continue;
    const std::optional<std::string> how = how_overlapping(physical(path), physical(other));
    const bool is_store = name.ends_with(".store");
    if (!how || (!is_store && physical(other).starts_with(physical(path) + "/"))) continue;
    throw invalid(path,
                  fmt::format("a directory apart from the store {} ({})", printable(other), store));
  }
}

/// Of a directory that is only read.
Doubts of_directory(const std::string& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0)
    return {fmt::format("there is no directory {} yet", printable(path))};
  if (!S_ISDIR(info.st_mode)) throw invalid(path, "a directory");
  return {};
}

Doubts of_program(const Session& session, const std::string& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0)
    return {fmt::format("there is no program {} yet; until there is, only {} runs", printable(path),
                        session.paths().program)};
  if (!S_ISREG(info.st_mode) || access(path.c_str(), X_OK) != 0)
    throw invalid(path, "a program that may be executed");
  return {};
}

Doubts of_mirror(const std::string& text) {
  const Address address = parse_address(text);
  if (address.kind == Address::Kind::local && address.rest.starts_with('/'))
    return of_directory(address.rest);
  if (address.kind != Address::Kind::http)
    throw invalid(text, "an address that begins with http:// or https://, or the path of a "
                        "directory");
  return {};
}

Doubts of_mapping(const std::string& mapping) {
  const std::string id = mapping.substr(mapping.find('=') + 1);
  if (!ArtifactId::parse(id)) throw invalid(id, "the id of an artifact, as resolve prints it");
  return {};
}

Doubts of_policy(const Session& session, const std::string& name) {
  if (!find_key(known_keys(session.brand()), name))
    throw invalid(name, "the name of a setting, such as builder.share");
  const std::string& site = session.brand().system_config_file;
  const std::string& file = session.config().file();
  if (real_path_if_exists(file).value_or(file) == real_path_if_exists(site).value_or(site))
    return {};
  return {fmt::format("site.policy counts in {} only", site)};
}

Doubts of_item(const Session& session, const std::string& name, const std::string& item) {
  const std::string main = session.brand().config_section + ".";
  if (name == "builder.store") check_store_path(item);
  if (name == "builder.store" || name == "builder.temp" || name == "sources.store" ||
      name == main + "profiles") {
    check_apart(session, name, item);
    return of_place(item);
  }
  if (name == main + "collections" || name == main + "python-path" || name == "gc.user-roots")
    return of_directory(item);
  if (name == main + session.brand().program) return of_program(session, item);
  if (name == "sources.mirrors") return of_mirror(item);
  if (name == "builder.virtual") return of_mapping(item);
  if (name == "site.policy") return of_policy(session, item);
  if (name == "builder.trust") (void)user_of(item);
  return {};
}

} // namespace

std::vector<std::string> doubts_about(const Session& session, const KeySpec& key,
                                      const std::vector<std::string>& items) {
  Doubts doubts;
  for (const std::string& item : items) {
    if (item.empty()) continue; // none is meant
    for (std::string& doubt : of_item(session, key.section + "." + key.key, item))
      if (std::find(doubts.begin(), doubts.end(), doubt) == doubts.end())
        doubts.push_back(std::move(doubt));
  }
  return doubts;
}

} // namespace hdist
