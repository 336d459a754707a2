// gc_leftovers.h: what killed or unlucky processes left in a store, and the last steps of a
// removal. For the store's own files.
#pragma once

#include "store/gc.h"
#include "store/gc_records.h"

#include <functional>
#include <string>

namespace hdist {

/// `<hash32>.removed` is there, its name durable: removes the directory that it names, then the
/// file. Only for the holder of the claim to collect, as everything here.
void finish_removal(const Dir& name_dir, const ArtifactId& id);

/// True when this user may remove what `status` is of from `dir`, which may be sticky.
bool may_remove(const Dir& dir, const struct stat& status);

/// Finds, and unless it is a dry run removes, what no running process and no artifact needs:
/// half-done removals and publications, attempts of dead processes, unfinished files. Puts back a
/// record that was moved aside while its directory is whole. What is others' is passed over; a step
/// that fails is noted, and the next is taken.
class Leftovers {
public:
  Leftovers(const GcStore& store, const GcOptions& options, GcReport& report);
  void clean();

private:
  struct Group; // of one <name>/ what shares twelve characters: attempts are numbered within it
  void clean_name(const std::string& name);
  void clean_group(const Group& group);
  void clean_directory(const Group& group, const Entry& entry);
  void clean_aside(const Group& group, const std::string& file, const HashedName& parts);
  void clean_claims(const Group& group);
  void clean_unfinished(const Dir& dir, const std::string& below);
  void step(const std::string& path, const std::function<void()>& work);
  void drop(const Dir& dir, const std::string& below, const std::string& file,
            const std::string& what);

  const GcStore& store_;
  const GcOptions& options_;
  GcReport& report_;
  int64_t now_s_ = 0;
};

} // namespace hdist
