#include "source/content_kind.h"

#include "archive/archive.h"
#include "base/error.h"
#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace hdist {

namespace {

constexpr std::string_view kPackMagic = "HDSTPCK1";

bool is_html(std::string_view bytes) {
  std::string start = to_lower(trim(bytes.substr(0, 256)));
  for (std::string_view mark : {"<!doctype html", "<html", "<head", "<body"})
    if (start.find(mark) != std::string::npos) return true;
  return false;
}

bool is_text(std::string_view bytes) {
  return std::none_of(bytes.begin(), bytes.end(), [](char c) {
    return static_cast<unsigned char>(c) < ' ' && c != '\n' && c != '\r' && c != '\t';
  });
}

std::string with_article(std::string_view type) {
  return fmt::format("a {}{}", type, type == "tar" || type == "zip" ? " file" : " archive");
}

} // namespace

std::optional<SourceType> archive_type_of(std::string_view first_bytes) {
  std::optional<ArchiveKind> kind = archive_kind_of(first_bytes);
  return kind ? parse_source_type(archive_kind_name(*kind)) : std::nullopt;
}

std::string describe_content(std::string_view first_bytes) {
  if (first_bytes.empty()) return "an empty file";
  if (std::optional<SourceType> type = archive_type_of(first_bytes))
    return with_article(source_type_text(*type));
  if (first_bytes.starts_with(kPackMagic)) return "a pack of files";
  if (first_bytes.starts_with(kDirStreamMagic)) return "a stream of a directory";
  if (is_html(first_bytes)) return "an HTML page";
  if (first_bytes.starts_with("<?xml")) return "an XML document";
  if (first_bytes.starts_with("version https://git-lfs")) return "a pointer of Git LFS";
  if (!is_text(first_bytes)) return "binary data of an unknown kind";
  constexpr std::size_t kShown = 40;
  std::string_view line = trim(first_bytes.substr(0, first_bytes.find('\n')));
  return fmt::format("text that begins with \"{}\"", printable(line.substr(0, kShown)));
}

void check_content(SourceType type, std::string_view first_bytes, const std::string& origin) {
  bool fits = true;
  if (is_archive(type)) fits = archive_type_of(first_bytes) == type;
  if (type == SourceType::files) fits = first_bytes.starts_with(kPackMagic);
  if (type == SourceType::dir) fits = first_bytes.starts_with(kDirStreamMagic);
  if (fits) return;
  std::string expected = type == SourceType::files ? "a pack of files"
                         : type == SourceType::dir ? "a stream of a directory"
                                                   : with_article(source_type_text(type));
  throw Error(ErrorKind::failed, "source.not-an-archive",
              fmt::format("{}gave {}, expected {}", origin.empty() ? "" : origin + " ",
                          describe_content(first_bytes), expected));
}

} // namespace hdist
