// brand_file.h: brands as documents: brand.toml, which people write, and brand.json, which lies
// beside the program and which it reads when it starts (docs/guide/brands.md).
#pragma once

#include "config/brand.h"
#include "data/value.h"

#include <optional>
#include <string>
#include <vector>

namespace hdist {

/// What brand.toml says: the brand, and the files that go into its installation, as written.
struct BrandFile {
  Brand brand;
  std::vector<std::string> collections;   // folders of recipes
  std::string default_stack;              // "": none
  std::vector<std::string> command_files; // of brand.commands, in order
};

/// Only `name` is required; all else follows from it. Document errors with the line; Error refused
/// "brand.name" for a name that is a path, or that of `own`. Its config files, root, section and
/// Python package are nobody else's: not of the common brand, of `own` or Python (`home` is `~`).
BrandFile read_brand_file(const Document& toml, const Brand& own, const std::string& home);

/// brand.json. launcher/stage.c reads it, too.
Value to_value(const Brand& brand);
Brand read_brand(const Document& json);

/// Of the installation that the program proper `executable` is part of; Brand() where no file says
/// otherwise.
Brand installed_brand(const std::string& executable);

} // namespace hdist
