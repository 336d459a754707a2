// brand_check.h: that what brand.toml names is there, free and sensible, before anything is made of
// it.
#pragma once

#include "config/brand_file.h"
#include "ops/session.h"

#include <string>

namespace hdist {

/// `base`: where relative paths of the file start. Every error names file, line and value: a file
/// or folder that is missing, collections of one name, a default stack that cannot be compiled from
/// the brand's recipes, a command to hide that is none, a command of its own that is there already.
void check_brand_files(Session& session, const Document& toml, const BrandFile& file,
                       const std::string& base);

} // namespace hdist
