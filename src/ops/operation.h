// operation.h: the table of operations that all doors share: a request, a response, events, each
// with a JSON form (docs/json-output.md).
#pragma once

#include "base/error.h"
#include "data/fields.h"
#include "data/value.h"
#include "ops/session.h"

#include <string>
#include <string_view>
#include <vector>

namespace hdist {

// Each operation is one file: `struct FooRequest`, `struct FooResponse`, `FooResponse foo(Session&,
// const FooRequest&)`, `FooRequest read_foo_request(const Document&)` (strict: unknown fields are
// errors) and `Value to_value(const FooResponse&)`: an object on top, all fields always present,
// null for nothing. `Operation foo_operation()` puts them together; operation_list.h declares it
// and operation.cc lists it.

struct Operation {
  std::string name;    // "fetch": as the command
  std::string summary; // one line, no full stop
  /// The response as JSON. Throws Error; "interrupted" when the session was stopped meanwhile.
  Value (*call)(Session& session, const Document& request);
};

/// In the order of docs/json-output.md.
const std::vector<Operation>& operations();
/// Error usage "operation.unknown" that names the nearest one.
const Operation& find_operation(std::string_view name);

/// A list of texts as JSON.
Value to_value(const std::vector<std::string>& texts);
/// null for an empty text.
Value text_or_null(const std::string& text);
/// {"error": {"code", "kind", "message", "while": [...], "advice": [...]}}
Value error_value(const Error& error);
/// The same with each byte that is no UTF-8 as U+FFFD, since JSON has no other bytes: names of
/// files and the output of programs may hold any.
Value with_valid_texts(Value value);

/// What a stopped operation reports, however it came to its end.
void throw_if_stopped(const Session& session);

} // namespace hdist
