#include "ops/source_gc_op.h"

#include "ops/operation_list.h"
#include "ops/source_op.h"

namespace hdist {

namespace {

std::vector<RetentionRule> rules_of(const Config& config) {
  constexpr std::string_view kKeep = "keep-";
  std::vector<RetentionRule> rules;
  for (const Setting& setting : config.settings())
    if (setting.section == "sources" && setting.key.starts_with(kKeep))
      rules.push_back({.name = setting.key.substr(kKeep.size()),
                       .keep_s = config.duration_s("sources", setting.key),
                       .text = setting.value});
  return rules;
}

Value items_value(const std::vector<SourceGcItem>& items) {
  Value::List list;
  for (const SourceGcItem& item : items) {
    Value value = source_value(item.item);
    const char* reason = item.others   ? "others"
                         : item.parent ? "submodule"
                         : item.in_use ? "in-use"
                                       : "rule";
    value.set("reason", reason);
    value.set("rule", "keep-" + item.rule.name);
    value.set("keep", item.rule.text);
    value.set("of", item.parent ? Value(item.parent->str()) : Value());
    list.push_back(std::move(value));
  }
  return Value(std::move(list));
}

} // namespace

SourceGcResponse collect_old_sources(Session& session, const SourceGcRequest& request) {
  SourceGcOptions options;
  options.rules = rules_of(session.config());
  options.dry_run = request.dry_run;
  return {request.dry_run, session.sources().path(),
          collect_sources(session.sources(), options, session.stop())};
}

SourceGcRequest read_source_gc_request(const Document& request) {
  Fields fields(request, request.root, "");
  SourceGcRequest result;
  result.dry_run = fields.flag_or("dry_run", false);
  fields.finish();
  return result;
}

Value to_value(const SourceGcResponse& response) {
  Value leftovers;
  leftovers.set("count", static_cast<int64_t>(response.report.leftovers.count));
  leftovers.set("size", response.report.leftovers.size_bytes);
  Value value;
  value.set("dry_run", response.dry_run);
  value.set("store", response.store);
  value.set("removed", items_value(response.report.removed));
  value.set("kept", items_value(response.report.kept));
  value.set("leftovers", std::move(leftovers));
  value.set("freed", response.report.freed_bytes);
  value.set("failures", to_value(response.report.failures));
  return value;
}

Operation source_gc_operation() {
  return {"gc-sources", "remove sources that are past their time",
          [](Session& session, const Document& request) {
            return to_value(collect_old_sources(session, read_source_gc_request(request)));
          }};
}

} // namespace hdist
