// build_spec.h: what is built: sources, commands, needs, environment; to and from JSON; its id.
#pragma once

#include "model/artifact_id.h"
#include "model/install_rules.h"
#include "model/platform.h"
#include "model/source_key.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace hdist {

struct SpecImport {
  std::string id; // an artifact id, "virtual:NAME" or "host:..."
  std::optional<std::string> ref;
};
struct SpecSource {
  SourceKey key;
  std::string target = "."; // below the build directory
  std::optional<int> strip; // components; nullopt: the common top
};

/// The document and a typed view of it. The document is kept as given; the id follows
/// docs/hash-rules.md.
class BuildSpec {
public:
  /// Checks types, names and what this program knows; other fields are allowed and hashed
  /// (HashDist's rule). The founding page's form is mapped first (founding_spec.h).
  static BuildSpec read(const Document& document);
  /// `origin` is the name of the document that the value came from; "" when it was made.
  static BuildSpec from_value(Value value, const std::string& origin = "");

  const Value& document() const { return document_; }
  const ArtifactId& id() const { return id_; }
  /// Name of the document that the values' positions are of; "" for none.
  const std::string& origin() const { return origin_; }
  const std::string& name() const { return name_; }
  const std::string& version() const { return version_; } // "" when absent
  const std::vector<SpecImport>& imports() const { return imports_; }
  const std::vector<SpecSource>& sources() const { return sources_; }
  const std::vector<std::string>& run() const { return run_; } // run-time dependencies: ids
  const std::optional<Platform>& platform() const { return platform_; }
  const std::map<std::string, std::string>& toolchain() const { return toolchain_; }
  const InstallWishes& install() const { return install_; }
  /// The list build.commands; null when absent.
  const Value& commands() const;

private:
  explicit BuildSpec(Value document, ArtifactId id)
      : document_(std::move(document)), id_(std::move(id)) {}
  Value document_;
  ArtifactId id_;
  std::string origin_;
  std::string name_, version_;
  std::vector<SpecImport> imports_;
  std::vector<SpecSource> sources_;
  std::vector<std::string> run_;
  std::optional<Platform> platform_;
  std::map<std::string, std::string> toolchain_;
  InstallWishes install_;
};

/// What recipes have, too: versions, and the fields of a source ("target": "." when absent).
bool is_valid_version(std::string_view version);
constexpr std::string_view kVersionRule =
    "1 to 200 printable characters, the first a letter, a digit, '_', '+' or '-'";
std::string read_source_target(Fields& fields);
std::optional<int> read_source_strip(Fields& fields);

/// The spec in the form that is hashed: build.import and each missing `ref: null` added, "nohash_"
/// entries dropped.
Value hashed_form(const Value& spec);
/// Every byte that goes into the id: "build-spec|" + canonical JSON of hashed_form().
std::string hash_input(const Value& spec);
ArtifactId artifact_id_of(const Value& spec); // name must be valid

} // namespace hdist
