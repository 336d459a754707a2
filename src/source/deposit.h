// deposit.h: the state of a Deposit. For the source store itself.
#pragma once

#include "data/digest.h"
#include "source/store_files.h"

namespace hdist {

struct Deposit::State {
  explicit State(const StoreFiles& store) : files(store), file(store.new_temporary(name)) {}
  ~State();
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  void add(std::string_view bytes);    // that are in the file
  void write_again(const Fd& content); // to a new temporary file

  const StoreFiles& files;
  std::string name; // of the temporary file; empty once it is gone
  Fd file;
  Sha256 digest;
  std::string first_bytes;
  int64_t size_bytes = 0;
};

} // namespace hdist
