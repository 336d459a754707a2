// $NAME in the commands of jobs, {{name}} in recipes, and both as values of a document.
#include "base/error.h"
#include "base/text.h"
#include "build/job.h"
#include "data/json.h"
#include "fuzz/fuzz.h"
#include "spec/parameters.h"

using namespace hdist;

namespace {

/// With its escapes, so that it stands for itself.
std::string escaped(std::string_view text) {
  return replace_all(replace_all(std::string(text), "\\", "\\\\"), "$", "\\$");
}

Env environment() {
  Env env;
  env.set("A", "1");
  env.set("A_1", "two words");
  env.set("EMPTY", "");
  env.set("DOLLAR", "$A\\$");
  return env;
}

void check_variables(std::string_view text) {
  static const Env env = environment();
  require(substitute(escaped(text), env) == text, "what is escaped stands for itself");
  require(substitute(escaped(text) + "${DOLLAR}", env) == std::string(text) + "$A\\$",
          "what is put in is not looked at again");
  try {
    const std::string result = substitute(text, env);
    if (text.find_first_of("$\\") == std::string_view::npos)
      require(result == text, "text without a dollar or a backslash stays as it is");
    require(substitute(std::string(text) + " ", env) == result + " ",
            "what comes after changes nothing before it");
  } catch (const Error& error) {
    require(error.code() == "job.undefined-variable" || error.code() == "job.bad-substitution",
            "an error is about the text");
    require(is_valid_utf8(error.message()), "a message can be shown");
  }
}

void check_parameters(std::string_view text) {
  static const Parameters parameters{{"A", "1"},        {"with-dash", "{{A}}"},
                                     {"f", false},      {"i", 27},
                                     {"none", Value()}, {"list", Value::List{"a", "{{A}}"}}};
  try {
    const Document document =
        read_json("input", std::string(text), {.bytes = 1 << 16, .nodes = 2000});
    const Value value = replace_parameters(document, document.root, parameters, "");
    if (text.find("{{") == std::string_view::npos && text.find("\\u") == std::string_view::npos)
      require(value == document.root, "what has no reference stays as it is");
  } catch (const Error& error) {
    require(error.kind() == ErrorKind::usage, "an error is about the document");
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  const std::string_view text = text_of(data, size);
  check_variables(text);
  check_parameters(text);
  const Value quoted(std::string(printable(text)));
  check_parameters(compact_json(quoted));
  return 0;
}
