// elf.h: just enough of ELF to read needed libraries and to rewrite run paths in place.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hdist {

struct ElfDynamic {
  std::string soname; // "" if none
  std::vector<std::string> needed;
  std::string run_path; // DT_RUNPATH text, else that of DT_RPATH (the loader's order), "" if none
  bool has_run_path = false;
  bool is_rpath = false;       // DT_RPATH and nothing else
  int64_t run_path_offset = 0; // in the file, of the text that has most room
  int64_t run_path_room = 0;   // length of a text that fits there without touching another string
  int64_t run_path_tag_offset = 0; // of d_tag of that entry
};

/// The dynamic section of an ELF program or shared library of either class and byte order; nullopt
/// when it is none, is static or is damaged: nothing is read outside `bytes`.
std::optional<ElfDynamic> read_elf_dynamic(std::string_view bytes);

/// Bytes that replace those at `offset` of a file.
struct FilePatch {
  int64_t offset = 0;
  std::string bytes;
};

/// What makes `path` the one run path, as DT_RPATH: the old text is overwritten as far as no other
/// string uses it (linkers merge a string with the end of another one). An empty `path` removes
/// every run path, which needs no room. nullopt: no dynamic section, no run path, or no room (then
/// patchelf).
std::optional<std::vector<FilePatch>> rpath_patches(std::string_view bytes, std::string_view path);

/// The bytes with rpath_patches() applied, same length.
std::optional<std::string> with_rpath(std::string_view bytes, std::string_view path);

} // namespace hdist
