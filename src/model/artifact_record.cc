#include "model/artifact_record.h"

#include "base/text.h"
#include "data/fields.h"
#include "data/json.h"
#include "model/document_version.h"

#include <fmt/format.h>

namespace hdist {
namespace {

constexpr int kVersion = 1;

ArtifactId read_id(const Fields& fields, std::string_view field, const std::string& text) {
  if (std::optional<ArtifactId> id = ArtifactId::parse(text)) return *id;
  throw fields.error(field, fmt::format("\"{}\" is no artifact id", printable(text)));
}

std::vector<ArtifactId> read_ids(Fields& fields, std::string_view field) {
  std::vector<ArtifactId> ids;
  for (const std::string& text : fields.texts(field))
    ids.push_back(read_id(fields, field, text));
  return ids;
}

int64_t read_count(Fields& fields, std::string_view field) {
  int64_t count = fields.integer_or(field, 0);
  if (count < 0) throw fields.error(field, "expected an integer from 0");
  return count;
}

/// "<hash12>" or "<hash12>.<n>": a record that names any other directory was not written by a
/// builder.
bool is_directory_of(const ArtifactId& id, std::string_view directory) {
  std::string hash = id.hash12();
  if (!directory.starts_with(hash)) return false;
  directory.remove_prefix(hash.size());
  if (directory.empty()) return true;
  constexpr std::size_t kDigits = 9;
  return directory.size() >= 2 && directory.size() <= 1 + kDigits && directory[0] == '.' &&
         directory[1] != '0' &&
         directory.find_first_not_of("0123456789", 1) == std::string_view::npos;
}

void read_places(Fields& fields, ArtifactRecord& record) {
  record.directory = fields.text("directory");
  if (!is_directory_of(record.id, record.directory))
    throw fields.error("directory", "expected the directory of " + record.id.str());
  if (const Value* other = fields.find("other_store"); other != nullptr && !other->is_null()) {
    record.other_store = fields.text("other_store");
    if (!record.other_store->starts_with('/'))
      throw fields.error("other_store", "expected an absolute path");
  }
}

void read_needs(Fields& fields, ArtifactRecord& record) {
  record.imports = read_ids(fields, "imports");
  record.run = read_ids(fields, "run");
  record.references = read_ids(fields, "references");
  if (const Value* needs = fields.find("needs"); needs != nullptr && !needs->is_null())
    record.needs = read_ids(fields, "needs");
  if (const Value* install = fields.find("install"); install != nullptr && !install->is_null())
    record.install = read_install_wishes(fields.document(), *install, fields.path_of("install"));
  if (const Value* platform = fields.find("platform"); platform != nullptr && !platform->is_null())
    record.platform = read_platform(fields.document(), *platform, fields.path_of("platform"));
  if (const Value::Map* tools = fields.map("toolchain"))
    for (const auto& [role, identity] : *tools)
      record.toolchain[role] = expect_string(fields.document(), identity, "toolchain." + role);
}

void read_content(Fields& fields, ArtifactRecord& record) {
  std::optional<Digest> digest = Digest::parse_base32(fields.text("files"));
  if (!digest) throw fields.error("files", "expected a digest of 52 characters");
  record.files = *digest;
  record.file_count = read_count(fields, "file_count");
  record.size_bytes = read_count(fields, "size");
}

void read_build(Fields& fields, ArtifactRecord& record) {
  const Value* built = fields.find("built");
  if (built == nullptr || built->is_null()) return;
  Fields inner(fields.document(), *built, fields.path_of("built"));
  record.built_on = inner.text_or("host", "");
  record.built_at_s = inner.integer_or("time", 0);
  record.wall_ms = read_count(inner, "wall_ms");
  record.cpu_ms = read_count(inner, "cpu_ms");
  record.peak_memory_bytes = read_count(inner, "peak_memory");
  record.isolation = inner.text_or("isolation", "");
}

Value build_value(const ArtifactRecord& record) {
  Value built = Value::map();
  built.set("host", record.built_on);
  built.set("time", record.built_at_s);
  built.set("wall_ms", record.wall_ms);
  built.set("cpu_ms", record.cpu_ms);
  built.set("peak_memory", record.peak_memory_bytes);
  built.set("isolation", record.isolation);
  return built;
}

} // namespace

Value ids_value(const std::vector<ArtifactId>& ids) {
  Value list = Value::list();
  for (const ArtifactId& id : ids)
    list.push(id.str());
  return list;
}

// Fields that this version does not know are passed over: what a reader must not pass over comes
// with a new version.
ArtifactRecord ArtifactRecord::parse(std::string_view text, std::string_view name) {
  Document document = read_json(std::string(name), std::string(text));
  Fields fields(document, document.root, "");
  check_document_version(fields, kVersion, "record.version");
  ArtifactRecord record{.id = read_id(fields, "id", fields.text("id"))};
  record.version = fields.text_or("package_version", "");
  read_places(fields, record);
  read_needs(fields, record);
  read_content(fields, record);
  read_build(fields, record);
  return record;
}

std::string ArtifactRecord::text() const {
  Value out = Value::map();
  out.set("version", kVersion);
  out.set("id", id.str());
  out.set("package_version", version);
  out.set("directory", directory);
  out.set("other_store", other_store ? Value(*other_store) : Value());
  out.set("imports", ids_value(imports));
  out.set("run", ids_value(run));
  out.set("references", ids_value(references));
  out.set("needs", needs ? ids_value(*needs) : Value());
  out.set("install", to_value(install));
  out.set("platform", platform ? to_value(*platform) : Value());
  Value tools = Value::map();
  for (const auto& [role, identity] : toolchain)
    tools.set(role, identity);
  out.set("toolchain", std::move(tools));
  out.set("files", files.base32());
  out.set("file_count", file_count);
  out.set("size", size_bytes);
  out.set("built", build_value(*this));
  return pretty_json(out);
}

} // namespace hdist
