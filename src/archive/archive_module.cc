// The module: tar and zip by libarchive, gzip by ISA-L. Loaded by load.cc.
//
// Tar is read in two stages, decompression and format, each with exactly one possibility enabled,
// so that nothing is guessed and nothing nested is unwrapped. The stage in between is ours: it
// counts bytes against the limit, sees whether the end mark was there, and reads on to the
// checksums at the end.
//
// libarchive 3.6.2 converts names: in a UTF-8 locale it composes accents (NFC), in the C locale it
// cannot convert and leaves the bytes of tar names alone. Names are bytes to us, so tar is read in
// the C locale. Zip names marked as UTF-8 have no such way out: they need a UTF-8 locale and come
// composed.
#include "archive/gzip.h"
#include "archive/reader.h"

#include "base/error.h"
#include "base/read_ahead.h"

#include <archive.h>
#include <archive_entry.h>
#include <cerrno>
#include <clocale>
#include <exception>
#include <fmt/format.h>
#include <isa-l/igzip_lib.h>
#include <utility>

namespace hdist {

namespace {

/// A locale of this thread only, for the time of a call.
class LocaleScope {
public:
  explicit LocaleScope(locale_t locale) : before_(uselocale(locale)) {}
  LocaleScope(const LocaleScope&) = delete;
  LocaleScope& operator=(const LocaleScope&) = delete;
  ~LocaleScope() { uselocale(before_); }

private:
  locale_t before_;
};

class Locale {
public:
  Locale(std::initializer_list<const char*> names) {
    for (const char* name : names)
      if (locale_ == nullptr) locale_ = newlocale(LC_ALL_MASK, name, nullptr);
  }
  Locale(Locale&& other) noexcept : locale_(std::exchange(other.locale_, nullptr)) {}
  Locale& operator=(Locale&&) = delete;
  ~Locale() {
    if (locale_ != nullptr) freelocale(locale_);
  }
  locale_t get() const {
    return locale_;
  } // nullptr: none of them is installed; uselocale then changes nothing

private:
  locale_t locale_ = nullptr;
};

/// One libarchive object that reads from `source`. Exceptions thrown by it wait until libarchive,
/// which is C, has returned.
class Reading {
public:
  using Seek = std::function<int64_t(int64_t offset, int whence)>;
  Reading(ArchiveFile& file, ByteSource& source, Seek seek = {})
      : file_(file), source_(source), seek_(std::move(seek)), archive_(archive_read_new()) {
    if (archive_ == nullptr) throw std::bad_alloc();
    archive_read_set_callback_data(archive_, this);
    archive_read_set_read_callback(archive_, &Reading::on_read);
    if (seek_) archive_read_set_seek_callback(archive_, &Reading::on_seek);
  }
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;
  ~Reading() { archive_read_free(archive_); }

  archive* get() const { return archive_; }
  void check(int status) {
    if (status != ARCHIVE_OK) fail();
  }
  [[noreturn]] void fail() {
    if (problem_) std::rethrow_exception(std::exchange(problem_, nullptr));
    const char* reason = archive_error_string(archive_);
    file_.invalid(reason == nullptr ? "libarchive gives no reason" : reason);
  }
  /// False at the end. Warnings are about names and attributes: names stay bytes, other attributes
  /// are not kept.
  bool next_header(archive_entry* entry) {
    int status = archive_read_next_header2(archive_, entry);
    if (status == ARCHIVE_EOF && !problem_) return false;
    if (status != ARCHIVE_OK && status != ARCHIVE_WARN) fail();
    return true;
  }
  /// A warning here is a wrong CRC or length.
  bool next_block(RawBlock& block) {
    const void* data = nullptr;
    std::size_t size = 0;
    la_int64_t offset = 0;
    int status = archive_read_data_block(archive_, &data, &size, &offset);
    if (status == ARCHIVE_EOF && !problem_) return false;
    check(status);
    block = {offset, {static_cast<const char*>(data), size}};
    return true;
  }

private:
  static la_ssize_t on_read(archive* /*archive*/, void* data, const void** buffer) {
    auto* self = static_cast<Reading*>(data);
    try {
      std::string_view piece = self->source_.next();
      *buffer = piece.data();
      return static_cast<la_ssize_t>(piece.size());
    } catch (...) {
      self->problem_ = std::current_exception();
      archive_set_error(self->archive_, EIO, "reading failed");
      return -1;
    }
  }

  static la_int64_t on_seek(archive* /*archive*/, void* data, la_int64_t offset, int whence) {
    return static_cast<Reading*>(data)->seek_(offset, whence);
  }

  ArchiveFile& file_;
  ByteSource& source_;
  Seek seek_;
  archive* archive_;
  std::exception_ptr problem_;
};

/// bzip2, xz and zstd by libarchive's filters.
class FilterSource final : public ByteSource {
public:
  FilterSource(ArchiveFile& file, ArchiveCompression compression)
      : file_(file), packed_(file), reading_(file, packed_), entry_(archive_entry_new()) {
    int code = enable(compression);
    reading_.check(archive_read_support_format_raw(reading_.get()));
    reading_.check(archive_read_open1(reading_.get()));
    if (!reading_.next_header(entry_.get())) is_done_ = true;
    // Filters are tried again on their own output.
    if (archive_filter_code(reading_.get(), 0) != code || archive_filter_count(reading_.get()) != 2)
      file.invalid("it is not compressed once, in the way its kind says");
  }

  std::string_view next() override {
    RawBlock block;
    while (!is_done_) {
      file_.check_stop();
      if (!reading_.next_block(block))
        is_done_ = true;
      else if (!block.bytes.empty())
        return block.bytes;
    }
    return {};
  }

private:
  int enable(ArchiveCompression compression) {
    archive* archive = reading_.get();
    switch (compression) {
    case ArchiveCompression::bzip2:
      reading_.check(archive_read_support_filter_bzip2(archive));
      return ARCHIVE_FILTER_BZIP2;
    case ArchiveCompression::xz:
      reading_.check(archive_read_support_filter_xz(archive));
      return ARCHIVE_FILTER_XZ;
    case ArchiveCompression::zstd:
      reading_.check(archive_read_support_filter_zstd(archive));
      return ARCHIVE_FILTER_ZSTD;
    case ArchiveCompression::none:
    case ArchiveCompression::gzip:
      break;
    }
    return ARCHIVE_FILTER_NONE;
  }

  struct FreeEntry {
    void operator()(archive_entry* entry) const { archive_entry_free(entry); }
  };
  ArchiveFile& file_;
  PlainSource packed_;
  Reading reading_;
  std::unique_ptr<archive_entry, FreeEntry> entry_;
  bool is_done_ = false;
};

/// Several times as fast as zlib.
class IsalInflater final : public Inflater {
public:
  void start() override {
    isal_inflate_init(&state_);
    state_.crc_flag = ISAL_GZIP_NO_HDR; // computes the CRC, leaves the trailer alone
  }
  Step step(std::string_view in, char* out, std::size_t out_size) override {
    // ISA-L takes a pointer to mutable bytes and does not write through it.
    state_.next_in = const_cast<uint8_t*>(reinterpret_cast<const uint8_t*>(in.data()));
    state_.avail_in = static_cast<uint32_t>(in.size());
    state_.next_out = reinterpret_cast<uint8_t*>(out);
    state_.avail_out = static_cast<uint32_t>(out_size);
    int status = isal_inflate(&state_);
    return {.read = in.size() - state_.avail_in,
            .written = out_size - state_.avail_out,
            .is_end = state_.block_state == ISAL_BLOCK_FINISH,
            .is_damaged = status != ISAL_DECOMP_OK};
  }
  uint32_t crc() const override { return state_.crc; }
  /// ISA-L reads up to 64 bits ahead and in this mode does not give the rest back.
  std::string excess() const override {
    std::string bytes;
    uint64_t bits = state_.read_in >> (state_.read_in_length % 8);
    for (int left = state_.read_in_length / 8; left > 0; --left, bits >>= 8)
      bytes += static_cast<char>(bits & 0xffU);
    return bytes;
  }

private:
  inflate_state state_{};
};

std::unique_ptr<ByteSource> open_source(ArchiveFile& file, ArchiveCompression compression) {
  if (compression == ArchiveCompression::none) return std::make_unique<PlainSource>(file);
  if (compression == ArchiveCompression::gzip)
    return std::make_unique<GzipSource>(file, std::make_unique<IsalInflater>());
  return std::make_unique<FilterSource>(file, compression);
}

RawEntry::Type type_of(archive_entry* entry) {
  if (archive_entry_hardlink(entry) != nullptr) return RawEntry::Type::hard_link;
  switch (archive_entry_filetype(entry)) {
  case AE_IFREG:
    return RawEntry::Type::file;
  case AE_IFDIR:
    return RawEntry::Type::directory;
  case AE_IFLNK:
    return RawEntry::Type::symlink;
  default:
    return RawEntry::Type::special;
  }
}

std::string text_or_empty(const char* text) {
  return text == nullptr ? "" : text;
}

/// What tar and zip have in common: one libarchive object and the entry it fills.
class Entries {
public:
  Entries(ArchiveFile& file, Locale locale, ByteSource& source, Reading::Seek seek = {})
      : file_(file), locale_(std::move(locale)), reading_(file, source, std::move(seek)),
        raw_(archive_entry_new()) {}
  Entries(const Entries&) = delete;
  Entries& operator=(const Entries&) = delete;
  ~Entries() { archive_entry_free(raw_); }

  Reading& reading() { return reading_; }
  locale_t locale() const { return locale_.get(); }
  bool next(RawEntry& entry) {
    LocaleScope scope(locale_.get());
    if (!reading_.next_header(raw_)) return false;
    const char* name = archive_entry_pathname(raw_);
    if (name == nullptr) file_.invalid("the name of an entry is not of the encoding it claims");
    entry.name = name;
    entry.type = type_of(raw_);
    entry.link.clear();
    if (entry.type == RawEntry::Type::hard_link)
      entry.link = text_or_empty(archive_entry_hardlink(raw_));
    if (entry.type == RawEntry::Type::symlink)
      entry.link = text_or_empty(archive_entry_symlink(raw_));
    entry.executable = (archive_entry_perm(raw_) & 0111U) != 0;
    entry.size.reset();
    if (archive_entry_size_is_set(raw_) != 0) entry.size = archive_entry_size(raw_);
    entry.modified.reset();
    if (archive_entry_mtime_is_set(raw_) != 0)
      entry.modified = timespec{archive_entry_mtime(raw_), archive_entry_mtime_nsec(raw_)};
    return true;
  }
  bool read(RawBlock& block) {
    LocaleScope scope(locale_.get());
    return reading_.next_block(block);
  }

private:
  ArchiveFile& file_;
  Locale locale_;
  Reading reading_;
  archive_entry* raw_;
};

/// Decompressed bytes, counted against the limit. Of a long archive they are read, shown and
/// decompressed while those before are written.
class LimitedSource final : public ByteSource {
public:
  LimitedSource(ArchiveFile& file, std::unique_ptr<ByteSource> source, int64_t limit)
      : file_(file), source_(std::move(source)), limit_(limit),
        ahead_([this] { return source_->next(); }) {}
  std::string_view next() override {
    file_.check_stop();
    std::string_view piece = ahead_.next();
    streamed_ += static_cast<int64_t>(piece.size());
    if (streamed_ > limit_)
      file_.too_large(fmt::format("more than {} bytes after decompression", limit_));
    return piece;
  }

private:
  ArchiveFile& file_;
  std::unique_ptr<ByteSource> source_;
  int64_t limit_;
  int64_t streamed_ = 0;
  ReadAhead ahead_; // last: its thread uses the source and the file
};

class TarReader final : public EntryReader {
public:
  TarReader(ArchiveFile& file, const ReaderOptions& options)
      : file_(file),
        source_(file, open_source(file, options.kind.compression), options.stream_bytes),
        entries_(file, Locale({"C"}), source_) {
    LocaleScope scope(entries_.locale());
    Reading& reading = entries_.reading();
    reading.check(archive_read_support_format_tar(reading.get()));
    reading.check(archive_read_open1(reading.get()));
  }
  bool next(RawEntry& entry) override { return entries_.next(entry); }
  bool read(RawBlock& block) override { return entries_.read(block); }

  void finish() override {
    // libarchive also ends where the bytes end. Then it consumed no header, and the rest of the
    // archive is missing.
    archive* archive = entries_.reading().get();
    if (archive_filter_bytes(archive, 0) <= archive_read_header_position(archive))
      file_.invalid("it is truncated: the end mark is missing");
    while (!source_.next().empty())
      continue; // padding, up to the checksum of the compression
    file_.drain();
  }

private:
  ArchiveFile& file_;
  LimitedSource source_;
  Entries entries_;
};

/// The bytes of one compressed file.
class SingleReader final : public EntryReader {
public:
  SingleReader(ArchiveFile& file, const ReaderOptions& options)
      : file_(file),
        source_(file, open_source(file, options.kind.compression), options.stream_bytes) {}
  bool next(RawEntry& /*entry*/) override { return false; }
  bool read(RawBlock& block) override {
    const std::string_view piece = source_.next();
    block = {offset_, piece};
    offset_ += static_cast<int64_t>(piece.size());
    return !piece.empty();
  }
  void finish() override { file_.drain(); }

private:
  ArchiveFile& file_;
  LimitedSource source_;
  int64_t offset_ = 0;
};

class SeekableSource final : public ByteSource {
public:
  explicit SeekableSource(ArchiveFile& file)
      : file_(file), buffer_(std::make_unique<char[]>(kPieceBytes)) {}
  std::string_view next() override {
    file_.check_stop();
    std::size_t got = file_.read_at(offset_, buffer_.get(), kPieceBytes);
    offset_ += static_cast<int64_t>(got);
    return {buffer_.get(), got};
  }
  int64_t seek(int64_t offset, int whence) {
    int64_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? offset_ : file_.size();
    if (offset < -base || offset > file_.size() - base) return ARCHIVE_FATAL;
    offset_ = base + offset;
    return offset_;
  }

private:
  static constexpr std::size_t kPieceBytes = std::size_t{64} << 10;
  ArchiveFile& file_;
  std::unique_ptr<char[]> buffer_;
  int64_t offset_ = 0;
};

/// Nothing but the end record, which says that there are no members: libarchive does not recognize
/// it.
bool is_empty_zip(const ArchiveFile& file) {
  constexpr std::string_view kRecord("PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
                                     20); // then a comment
  std::string start(kRecord.size(), ' ');
  start.resize(file.read_at(0, start.data(), start.size()));
  return start == kRecord;
}

/// A zip file is read from its directory at the end, the only place that knows modes and which
/// members count. So it is shown to the caller as a whole before, and must not have changed after.
class ZipReader final : public EntryReader {
public:
  explicit ZipReader(ArchiveFile& file)
      : file_(file), source_(file),
        entries_(file, Locale({"C.UTF-8", "C.utf8", "en_US.UTF-8"}), source_,
                 [this](int64_t offset, int whence) { return source_.seek(offset, whence); }) {
    file_.drain();
    is_empty_ = is_empty_zip(file);
    if (is_empty_) return;
    LocaleScope scope(entries_.locale());
    Reading& reading = entries_.reading();
    reading.check(archive_read_support_format_zip_seekable(reading.get()));
    reading.check(archive_read_open1(reading.get()));
  }
  bool next(RawEntry& entry) override { return !is_empty_ && entries_.next(entry); }
  bool read(RawBlock& block) override { return entries_.read(block); }
  void finish() override { file_.check_unchanged(); }

private:
  ArchiveFile& file_;
  SeekableSource source_;
  Entries entries_;
  bool is_empty_ = false;
};

} // namespace

} // namespace hdist

extern "C" hdist::EntryReader* hdist_archive_open(hdist::ArchiveFile& file,
                                                  const hdist::ReaderOptions& options) {
  std::unique_ptr<hdist::EntryReader> reader;
  if (options.is_no_archive)
    reader = std::make_unique<hdist::SingleReader>(file, options);
  else if (options.kind.format == hdist::ArchiveFormat::zip)
    reader = std::make_unique<hdist::ZipReader>(file);
  else
    reader = std::make_unique<hdist::TarReader>(file, options);
  return reader.release();
}
