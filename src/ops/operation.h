// operation.h: what all operations share: a typed request, a typed response, and a JSON form of the
// response.
#pragma once

#include "data/value.h"
#include "ops/session.h"

namespace hdist {

// Each operation is one file: `struct FooRequest`, `struct FooResponse`, `FooResponse foo(Session&,
// const FooRequest&)` and `Value to_value(const FooResponse&)`: an object on top, all fields always
// present, null for nothing (docs/json-output.md).

/// A list of texts as JSON.
Value to_value(const std::vector<std::string>& texts);
/// null for an empty text.
Value text_or_null(const std::string& text);

} // namespace hdist
