// text.h: small functions on text: split, trim, quote, glob, human sizes and times, nearest word.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hdist {

std::vector<std::string> split(std::string_view text,
                               char separator);              // keeps empty parts; "" gives {}
std::vector<std::string> split_words(std::string_view text); // by white space, no empty words
std::string_view trim(std::string_view text);
std::string join(std::span<const std::string> parts, std::string_view separator);
/// The first `shown`, then "and 7 more": for messages about lists of any length.
std::string join_first(std::size_t shown, std::span<const std::string> parts,
                       std::string_view separator);
std::string replace_all(std::string text, std::string_view from, std::string_view to);
std::string to_upper(std::string_view text); // ASCII
std::string to_lower(std::string_view text); // ASCII

/// A word for sh: unchanged when safe, else in single quotes. Control characters use $'..' only
/// when `text` has any.
std::string shell_quote(std::string_view text);
std::string shell_join(std::span<const std::string> words);
/// Printable on one line of a terminal: control characters, invisible and bidirectional formatting,
/// and invalid UTF-8 as \xNN.
std::string printable(std::string_view text);
bool is_valid_utf8(std::string_view text);

/// Ant-style globs (ORIGINAL.md 8.2): `*` within one component, a component `**` for zero or more
/// directories (here also as the last one: everything below); all else literal. Both paths are
/// relative, without leading '/'.
bool glob_match(std::string_view pattern, std::string_view path);

std::string human_size(int64_t bytes);      // "512 B", "1.5 KiB", "20.0 MiB"
std::string human_duration(double seconds); // "0.4 s", "12 s", "3 min 20 s", "1 h 05 min"
/// "36 hours", "1 week", "90 days", "10 minutes", "30 s": seconds; nullopt if malformed or
/// overflowing.
std::optional<int64_t> parse_duration_s(std::string_view text);
std::optional<int64_t> parse_int(std::string_view text); // whole text, decimal, optional '-'

/// The candidate with the least edit distance to `word`, if it is near enough to be meant.
std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates);

/// Lower-case letters and digits from getrandom(2); 5 bits each.
std::string random_name(int length);
/// Seconds since the epoch as "2026-11-23T05:22:44Z".
std::string utc_time(int64_t seconds);

} // namespace hdist
