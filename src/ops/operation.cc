#include "ops/operation.h"

#include "base/text.h"
#include "data/utf8.h"
#include "ops/operation_list.h"
#include "ops/version.h"

#include <fmt/format.h>

namespace hdist {

const std::vector<Operation>& operations() {
  static const std::vector<Operation> list{operations_operation(),
                                           config_operation(),
                                           config_set_operation(),
                                           config_unset_operation(),
                                           fetch_operation(),
                                           unpack_operation(),
                                           hash_operation(),
                                           build_operation(),
                                           resolve_operation(),
                                           compile_operation(),
                                           update_operation(),
                                           makeprofile_operation(),
                                           makebuildprofile_operation(),
                                           env_operation(),
                                           env_undo_operation(),
                                           runtasks_operation(),
                                           host_tools_operation(),
                                           schema_operation(),
                                           artifact_list_operation(),
                                           artifact_info_operation(),
                                           artifact_refs_operation(),
                                           artifact_tree_operation(),
                                           artifact_remove_operation(),
                                           why_kept_operation(),
                                           verify_operation(),
                                           du_operation(),
                                           build_check_operation(),
                                           gc_operation(),
                                           source_gc_operation(),
                                           source_list_operation(),
                                           source_verify_operation(),
                                           source_remove_operation(),
                                           bundle_operation(),
                                           root_list_operation(),
                                           root_add_operation(),
                                           root_remove_operation(),
                                           profile_list_operation(),
                                           profile_link_operation(),
                                           profile_unlink_operation(),
                                           profile_info_operation(),
                                           install_artifact_operation(),
                                           log_operation(),
                                           build_resume_operation(),
                                           debug_diff_operation(),
                                           unpack_build_operation(),
                                           rebrand_operation(),
                                           postprocess_operation()};
  return list;
}

const Operation& find_operation(std::string_view name) {
  std::vector<std::string> names;
  for (const Operation& operation : operations()) {
    if (operation.name == name) return operation;
    names.push_back(operation.name);
  }
  std::optional<std::string> meant = nearest(name, names);
  throw Error(ErrorKind::usage, "operation.unknown",
              fmt::format("there is no operation '{}'; {}", printable(name),
                          meant ? fmt::format("is '{}' meant?", *meant)
                                : fmt::format("there are {}", join(names, ", "))));
}

Operation operations_operation() {
  return {"operations", "list the operations", [](Session&, const Document& request) {
            Fields(request, request.root, "").finish();
            Value::List list;
            for (const Operation& operation : operations()) {
              Value entry;
              entry.set("name", operation.name);
              entry.set("summary", operation.summary);
              list.push_back(std::move(entry));
            }
            Value value;
            value.set("version", kVersion);
            value.set("operations", Value(std::move(list)));
            return value;
          }};
}

Value to_value(const std::vector<std::string>& texts) {
  Value::List list;
  for (const std::string& text : texts)
    list.emplace_back(text);
  return Value(std::move(list));
}

Value text_or_null(const std::string& text) {
  return text.empty() ? Value() : Value(text);
}

namespace {

const char* kind_text(ErrorKind kind) {
  switch (kind) {
  case ErrorKind::failed:
    return "failed";
  case ErrorKind::usage:
    return "usage";
  case ErrorKind::refused:
    return "refused";
  case ErrorKind::interrupted:
    return "interrupted";
  }
  return "";
}

std::string valid_text(const std::string& text) {
  constexpr char32_t kReplacement = 0xFFFD;
  std::string valid;
  std::size_t at = 0;
  while (at < text.size()) {
    std::string_view rest = std::string_view(text).substr(at);
    std::size_t good = std::min(find_invalid_utf8(rest), rest.size());
    valid.append(rest, 0, good);
    at += good;
    if (at == text.size()) break;
    append_utf8(valid, kReplacement);
    ++at;
  }
  return valid;
}

} // namespace

Value error_value(const Error& error) {
  Value::List advice;
  for (const Advice& one : error.advice()) {
    Value entry;
    entry.set("text", one.text);
    entry.set("verb", text_or_null(one.verb));
    entry.set("args", to_value(one.args));
    advice.push_back(std::move(entry));
  }
  Value inner;
  inner.set("code", error.code());
  inner.set("kind", kind_text(error.kind()));
  inner.set("message", error.message());
  inner.set("while", to_value(error.tasks()));
  inner.set("advice", Value(std::move(advice)));
  Value value;
  value.set("error", std::move(inner));
  return value;
}

Value with_valid_texts(Value value) {
  if (const std::string* text = value.if_string()) {
    if (!is_valid_utf8(*text)) return Value(valid_text(*text));
  } else if (Value::List* list = value.if_list()) {
    for (Value& item : *list)
      item = with_valid_texts(std::move(item));
  } else if (Value::Map* map = value.if_map()) {
    for (auto& [key, member] : *map) {
      if (!is_valid_utf8(key)) key = valid_text(key);
      member = with_valid_texts(std::move(member));
    }
  }
  return value;
}

void throw_if_stopped(const Session& session) {
  if (session.stop().stop_requested())
    throw Error(ErrorKind::interrupted, "interrupted",
                "interrupted; what was finished is kept, the next run goes on from there");
}

} // namespace hdist
