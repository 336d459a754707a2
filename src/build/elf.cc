// Formats: System V gABI chapters 4 and 5; GNU hash table and symbol versions: LSB Core 5.0.
#include "build/elf.h"

#include <elf.h>

#include <algorithm>

namespace hdist {

namespace {

/// Numbers at offsets. Reading outside gives 0 and is remembered, so that a walk needs one check at
/// its end of each step only.
class ElfBytes {
public:
  explicit ElfBytes(std::string_view bytes) : bytes_(bytes) {
    if (!bytes.starts_with(ELFMAG) || bytes.size() < EI_NIDENT) {
      damaged_ = true;
      return;
    }
    is_64_ = bytes[EI_CLASS] == ELFCLASS64;
    is_little_ = bytes[EI_DATA] == ELFDATA2LSB;
    damaged_ = (!is_64_ && bytes[EI_CLASS] != ELFCLASS32) ||
               (!is_little_ && bytes[EI_DATA] != ELFDATA2MSB);
  }

  bool damaged() const { return damaged_; }
  void set_damaged() { damaged_ = true; }
  bool is_64() const { return is_64_; }
  uint64_t size() const { return bytes_.size(); }
  std::string_view text() const { return bytes_; }
  bool holds(uint64_t offset, uint64_t size) const {
    return offset <= bytes_.size() && size <= bytes_.size() - offset;
  }

  uint64_t number(uint64_t offset, unsigned size) {
    if (!holds(offset, size)) {
      damaged_ = true;
      return 0;
    }
    uint64_t value = 0;
    for (unsigned i = 0; i < size; ++i) {
      const unsigned place = is_little_ ? size - 1 - i : i;
      value = (value << 8) | static_cast<unsigned char>(bytes_[offset + place]);
    }
    return value;
  }
  uint64_t half(uint64_t offset) { return number(offset, 2); }
  uint64_t word(uint64_t offset) { return number(offset, 4); }
  uint64_t address(uint64_t offset) { return number(offset, address_size()); }
  /// A field at a place that depends on the class.
  uint64_t address(uint64_t base, uint64_t in_64, uint64_t in_32) {
    return address(base + (is_64_ ? in_64 : in_32));
  }
  uint64_t half(uint64_t base, uint64_t in_64, uint64_t in_32) {
    return half(base + (is_64_ ? in_64 : in_32));
  }
  unsigned address_size() const { return is_64_ ? 8 : 4; }

  std::string encode_address(uint64_t value) const {
    std::string out(address_size(), '\0');
    for (unsigned i = 0; i < out.size(); ++i)
      out[is_little_ ? i : out.size() - 1 - i] = static_cast<char>((value >> (8 * i)) & 0xff);
    return out;
  }

private:
  std::string_view bytes_;
  bool is_64_ = false;
  bool is_little_ = true;
  bool damaged_ = false;
};

struct DynamicEntry {
  uint64_t tag = 0;
  uint64_t value = 0;
};

/// A run path in the string table, and how much of its text is nobody else's.
struct RunPathText {
  std::size_t entry = 0; // index in the dynamic table
  uint64_t start = 0;    // in the string table
  uint64_t size = 0;
  uint64_t own = 0; // bytes at its start that no other string uses
  uint64_t room() const { return own == size ? size : (own == 0 ? 0 : own - 1); }
};

bool is_run_path(uint64_t tag) {
  return tag == DT_RPATH || tag == DT_RUNPATH;
}

class ElfImage {
public:
  /// nullopt when this is no program or shared library with a dynamic section.
  static std::optional<ElfImage> read(std::string_view bytes) {
    ElfImage image(bytes);
    if (image.bytes_.damaged() || !image.read_segments() || !image.read_dynamic())
      return std::nullopt;
    image.find_run_paths();
    if (image.bytes_.damaged()) return std::nullopt;
    return image;
  }

  std::vector<std::string> strings(uint64_t tag) {
    std::vector<std::string> out;
    for (const DynamicEntry& entry : dynamic_)
      if (entry.tag == tag) out.push_back(string_at(entry.value));
    return out;
  }
  bool damaged() const { return bytes_.damaged(); }
  const std::vector<RunPathText>& run_paths() const { return run_paths_; }
  uint64_t tag_of(const RunPathText& path) const { return dynamic_[path.entry].tag; }
  uint64_t offset_of(const RunPathText& path) const { return strings_offset_ + path.start; }
  uint64_t tag_offset(std::size_t entry) const { return dynamic_offset_ + entry * entry_size(); }

  const RunPathText* roomiest() const {
    auto found = std::max_element(
        run_paths_.begin(), run_paths_.end(),
        [](const RunPathText& a, const RunPathText& b) { return a.room() < b.room(); });
    return found == run_paths_.end() ? nullptr : &*found;
  }

  /// The dynamic table with `kept` (may be null) as its only run path, as DT_RPATH.
  std::string table_with(const RunPathText* kept) const {
    std::string table;
    for (std::size_t i = 0; i < dynamic_.size(); ++i) {
      if (is_run_path(dynamic_[i].tag) && (kept == nullptr || i != kept->entry)) continue;
      const bool renamed = kept != nullptr && i == kept->entry;
      table += bytes_.encode_address(renamed ? uint64_t{DT_RPATH} : dynamic_[i].tag);
      table += bytes_.encode_address(dynamic_[i].value);
    }
    table.resize(dynamic_.size() * entry_size(), '\0'); // DT_NULL
    return table;
  }
  uint64_t table_offset() const { return dynamic_offset_; }

private:
  struct Segment {
    uint64_t address = 0;
    uint64_t offset = 0;
    uint64_t size = 0;
  };

  explicit ElfImage(std::string_view bytes) : bytes_(bytes) {}

  uint64_t entry_size() const { return uint64_t{2} * bytes_.address_size(); }

  bool read_segments() {
    const uint64_t type = bytes_.half(16);
    if (type != ET_EXEC && type != ET_DYN) return false;
    const uint64_t table = bytes_.address(0, 32, 28);
    const uint64_t size = bytes_.half(0, 54, 42);
    const uint64_t count = bytes_.half(0, 56, 44);
    if (!bytes_.holds(table, size * count)) return false;
    for (uint64_t i = 0; i < count && !bytes_.damaged(); ++i) {
      const uint64_t at = table + i * size;
      const uint64_t kind = bytes_.word(at);
      const Segment segment{bytes_.address(at, 16, 8), bytes_.address(at, 8, 4),
                            bytes_.address(at, 32, 16)};
      if (kind == PT_LOAD) loads_.push_back(segment);
      if (kind == PT_DYNAMIC) {
        dynamic_offset_ = segment.offset;
        dynamic_size_ = segment.size;
      }
    }
    return dynamic_size_ != 0 && bytes_.holds(dynamic_offset_, dynamic_size_);
  }

  bool read_dynamic() {
    for (uint64_t i = 0; (i + 1) * entry_size() <= dynamic_size_; ++i) {
      const uint64_t at = dynamic_offset_ + i * entry_size();
      const DynamicEntry entry{bytes_.address(at), bytes_.address(at + bytes_.address_size())};
      if (entry.tag == DT_NULL) break;
      dynamic_.push_back(entry);
    }
    const std::optional<uint64_t> strings = value_of(DT_STRTAB);
    if (!strings) return false;
    strings_offset_ = file_offset(*strings);
    strings_size_ = value_of(DT_STRSZ).value_or(0);
    return !bytes_.damaged() && bytes_.holds(strings_offset_, strings_size_);
  }

  std::optional<uint64_t> value_of(uint64_t tag) const {
    for (const DynamicEntry& entry : dynamic_)
      if (entry.tag == tag) return entry.value;
    return std::nullopt;
  }

  /// Where an address of the loaded program lies in the file.
  uint64_t file_offset(uint64_t address) {
    for (const Segment& load : loads_)
      if (address >= load.address && address - load.address < load.size)
        return load.offset + (address - load.address);
    bytes_.set_damaged();
    return 0;
  }

  std::string string_at(uint64_t start) {
    const std::string_view table = bytes_.text().substr(strings_offset_, strings_size_);
    const std::size_t end = start < table.size() ? table.find('\0', start) : std::string::npos;
    if (end == std::string::npos) {
      bytes_.set_damaged();
      return {};
    }
    return std::string(table.substr(start, end - start));
  }

  void find_run_paths() {
    for (std::size_t i = 0; i < dynamic_.size(); ++i) {
      if (!is_run_path(dynamic_[i].tag)) continue;
      const uint64_t start = dynamic_[i].value;
      const uint64_t size = string_at(start).size();
      // Not at the start of a string: it is the end of a longer one.
      const bool merged =
          start > 0 && !bytes_.damaged() && bytes_.text()[strings_offset_ + start - 1] != '\0';
      run_paths_.push_back({i, start, size, merged ? 0 : size});
    }
    if (run_paths_.empty() || bytes_.damaged()) return;
    note_dynamic();
    note_symbols();
    note_needed_versions();
    note_defined_versions();
  }

  /// Something else uses the string at `start`.
  void note(uint64_t start) {
    for (RunPathText& path : run_paths_)
      if (start >= path.start && start - path.start < path.own) path.own = start - path.start;
  }

  void note_dynamic() {
    for (const DynamicEntry& entry : dynamic_)
      switch (entry.tag) {
      case DT_NEEDED:
      case DT_SONAME:
      case DT_AUXILIARY:
      case DT_FILTER:
      case DT_CONFIG:
      case DT_DEPAUDIT:
      case DT_AUDIT:
        note(entry.value);
        break;
      default:
        break;
      }
  }

  void note_symbols() {
    const std::optional<uint64_t> table = value_of(DT_SYMTAB);
    if (!table) return;
    const std::optional<uint64_t> count = symbol_count();
    const uint64_t size = bytes_.is_64() ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym);
    const uint64_t offset = file_offset(*table);
    if (!count) { // nobody says what the strings are used for
      for (RunPathText& path : run_paths_)
        path.own = 0;
      return;
    }
    for (uint64_t i = 0; i < *count && !bytes_.damaged(); ++i)
      note(bytes_.word(offset + i * size));
  }

  /// The most that the hash tables and the section headers say: neither needs to count every one.
  std::optional<uint64_t> symbol_count() {
    std::optional<uint64_t> count = std::max(gnu_hash_symbols(), section_symbols());
    if (std::optional<uint64_t> table = value_of(DT_HASH))
      count = std::max(count, std::optional<uint64_t>(bytes_.word(file_offset(*table) + 4)));
    return count;
  }

  std::optional<uint64_t> gnu_hash_symbols() {
    const std::optional<uint64_t> table = value_of(DT_GNU_HASH);
    if (!table) return std::nullopt;
    const uint64_t offset = file_offset(*table);
    const uint64_t buckets = bytes_.word(offset);
    const uint64_t first = bytes_.word(offset + 4);
    const uint64_t bucket_offset = offset + 16 + bytes_.word(offset + 8) * bytes_.address_size();
    uint64_t last = 0;
    for (uint64_t i = 0; i < buckets && !bytes_.damaged(); ++i)
      last = std::max(last, bytes_.word(bucket_offset + 4 * i));
    if (last < first) return std::nullopt; // none is hashed, so the undefined ones are not counted
    const uint64_t chain_offset = bucket_offset + 4 * buckets;
    while (!bytes_.damaged() && (bytes_.word(chain_offset + 4 * (last - first)) & 1) == 0)
      ++last;
    return last + 1;
  }

  std::optional<uint64_t> section_symbols() {
    const uint64_t table = bytes_.address(0, 40, 32);
    const uint64_t size = bytes_.half(0, 58, 46);
    const uint64_t count = bytes_.half(0, 60, 48);
    if (table == 0 || !bytes_.holds(table, size * count)) return std::nullopt;
    for (uint64_t i = 0; i < count && !bytes_.damaged(); ++i) {
      const uint64_t at = table + i * size;
      if (bytes_.word(at + 4) != SHT_DYNSYM) continue;
      return bytes_.address(at, 32, 20) / (bytes_.is_64() ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym));
    }
    return std::nullopt;
  }

  /// Files of needed versions and their names. Damage is a loop or a table larger than the file.
  void note_needed_versions() {
    const std::optional<uint64_t> table = value_of(DT_VERNEED);
    uint64_t at = table ? file_offset(*table) : 0;
    uint64_t steps = bytes_.size() / sizeof(Elf64_Vernaux) + 1;
    for (uint64_t left = table ? value_of(DT_VERNEEDNUM).value_or(0) : 0; left > 0; --left) {
      note(bytes_.word(at + 4));
      uint64_t name = at + bytes_.word(at + 8);
      for (uint64_t names = bytes_.half(at + 2); names > 0 && !bytes_.damaged(); --names) {
        note(bytes_.word(name + 8));
        name += bytes_.word(name + 12);
        if (steps-- == 0) bytes_.set_damaged();
      }
      at += bytes_.word(at + 12);
      if (bytes_.damaged() || steps-- == 0) return bytes_.set_damaged();
    }
  }

  void note_defined_versions() {
    const std::optional<uint64_t> table = value_of(DT_VERDEF);
    uint64_t at = table ? file_offset(*table) : 0;
    uint64_t steps = bytes_.size() / sizeof(Elf64_Verdaux) + 1;
    for (uint64_t left = table ? value_of(DT_VERDEFNUM).value_or(0) : 0; left > 0; --left) {
      uint64_t name = at + bytes_.word(at + 12);
      for (uint64_t names = bytes_.half(at + 6); names > 0 && !bytes_.damaged(); --names) {
        note(bytes_.word(name));
        name += bytes_.word(name + 4);
        if (steps-- == 0) bytes_.set_damaged();
      }
      at += bytes_.word(at + 16);
      if (bytes_.damaged() || steps-- == 0) return bytes_.set_damaged();
    }
  }

  ElfBytes bytes_;
  std::vector<Segment> loads_;
  uint64_t dynamic_offset_ = 0;
  uint64_t dynamic_size_ = 0;
  std::vector<DynamicEntry> dynamic_; // without DT_NULL
  uint64_t strings_offset_ = 0;
  uint64_t strings_size_ = 0;
  std::vector<RunPathText> run_paths_;
};

} // namespace

std::optional<ElfDynamic> read_elf_dynamic(std::string_view bytes) {
  std::optional<ElfImage> image = ElfImage::read(bytes);
  if (!image) return std::nullopt;
  ElfDynamic dynamic;
  dynamic.needed = image->strings(DT_NEEDED);
  for (std::string& name : image->strings(DT_SONAME))
    dynamic.soname = std::move(name);
  const std::vector<std::string> run_paths = image->strings(DT_RUNPATH);
  const std::vector<std::string> rpaths = image->strings(DT_RPATH);
  if (image->damaged()) return std::nullopt;
  dynamic.is_rpath = run_paths.empty() && !rpaths.empty();
  if (const RunPathText* path = image->roomiest()) {
    dynamic.has_run_path = true;
    dynamic.run_path = dynamic.is_rpath ? rpaths.back() : run_paths.back();
    dynamic.run_path_offset = static_cast<int64_t>(image->offset_of(*path));
    dynamic.run_path_room = static_cast<int64_t>(path->room());
    dynamic.run_path_tag_offset = static_cast<int64_t>(image->tag_offset(path->entry));
  }
  return dynamic;
}

std::optional<std::vector<FilePatch>> rpath_patches(std::string_view bytes, std::string_view path) {
  std::optional<ElfImage> image = ElfImage::read(bytes);
  if (!image || image->run_paths().empty()) return std::nullopt;
  const RunPathText* place = path.empty() ? nullptr : image->roomiest();
  if (place != nullptr && path.size() > place->room()) return std::nullopt;
  std::vector<FilePatch> patches;
  // Every old text goes first, since two entries may share one.
  for (const RunPathText& old : image->run_paths())
    patches.push_back({static_cast<int64_t>(image->offset_of(old)), std::string(old.own, '\0')});
  if (place != nullptr)
    patches.push_back({static_cast<int64_t>(image->offset_of(*place)), std::string(path)});
  patches.push_back({static_cast<int64_t>(image->table_offset()), image->table_with(place)});
  return patches;
}

std::optional<std::string> with_rpath(std::string_view bytes, std::string_view path) {
  std::optional<std::vector<FilePatch>> patches = rpath_patches(bytes, path);
  if (!patches) return std::nullopt;
  std::string out(bytes);
  for (const FilePatch& patch : *patches)
    out.replace(static_cast<std::size_t>(patch.offset), patch.bytes.size(), patch.bytes);
  return out;
}

} // namespace hdist
