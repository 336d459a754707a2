// mirrors.h: static copies of a source store, asked first for what is expected.
#pragma once

#include "model/task_graph.h"

#include <string>
#include <vector>

namespace hdist {

struct MirrorPlace {
  std::string url; // an http(s) address, or a path
  Expectation expected;
  std::string claimed_url; // the address that the task has for it; may be empty
};

/// Where each mirror would have what the candidates expect: <mirror>/<place in a source store>,
/// each once, mirrors in order. A key of 32 characters has no place, and a digest alone has one
/// only for the type that the address shows.
std::vector<MirrorPlace> mirror_places(const std::vector<std::string>& mirrors,
                                       const FetchTask& task);

} // namespace hdist
