#include "model/profile_record.h"

#include "base/text.h"
#include "data/fields.h"
#include "data/json.h"
#include "model/document_version.h"

#include <fmt/format.h>

namespace hdist {
namespace {

constexpr int kVersion = 1;

ProfileMember read_member(const Document& document, const Value& value, const std::string& path) {
  Fields fields(document, value, path);
  std::string text = fields.text("id");
  std::optional<ArtifactId> id = ArtifactId::parse(text);
  if (!id) throw fields.error("id", fmt::format("\"{}\" is no artifact id", printable(text)));
  ProfileMember member{.id = *id,
                       .version = fields.text_or("version", ""),
                       .path = fields.text("path"),
                       .requested = fields.flag_or("requested", false)};
  if (member.path.empty()) throw fields.error("path", "expected a path");
  return member;
}

Value to_value(const ProfileMember& member) {
  Value out = Value::map();
  out.set("id", member.id.str());
  out.set("version", member.version);
  out.set("path", member.path);
  out.set("requested", member.requested);
  return out;
}

/// JSON holds UTF-8 alone, but names of files need not be that.
Value file_name(const std::string& name) {
  return is_valid_utf8(name) ? name : printable(name);
}

} // namespace

ProfileRecord ProfileRecord::parse(std::string_view text, std::string_view name) {
  Document document = read_json(std::string(name), std::string(text));
  Fields fields(document, document.root, "");
  check_document_version(fields, kVersion, "profile.version");
  ProfileRecord record;
  record.name = fields.text("name");
  record.generation = fields.integer_or("generation", 0);
  if (const Value::List* members = fields.list("members"))
    for (std::size_t i = 0; i < members->size(); ++i)
      record.members.push_back(read_member(document, (*members)[i], fmt::format("members[{}]", i)));
  if (const Value* environment = fields.find("environment"))
    record.environment = read_profile_variables(document, *environment, "environment");
  record.input = fields.text_or("input", "");
  record.stands_alone = fields.flag_or("stands_alone", false);
  if (const Value* made = fields.find("made"); made != nullptr && !made->is_null()) {
    Fields inner(document, *made, "made");
    record.made_at_s = inner.integer_or("time", 0);
    record.author = inner.text_or("author", "");
    record.reason = inner.text_or("reason", "");
    record.stack = inner.text_or("stack", "");
  }
  return record;
}

std::string ProfileRecord::text() const {
  Value out = Value::map();
  out.set("version", kVersion);
  out.set("name", file_name(name));
  out.set("generation", generation);
  Value list = Value::list();
  for (const ProfileMember& member : members)
    list.push(to_value(member));
  out.set("members", std::move(list));
  out.set("environment", hdist::to_value(environment));
  out.set("input", input);
  if (stands_alone) out.set("stands_alone", true);
  Value made = Value::map();
  made.set("time", made_at_s);
  made.set("author", author);
  made.set("reason", reason);
  made.set("stack", file_name(stack));
  out.set("made", std::move(made));
  return pretty_json(out);
}

} // namespace hdist
