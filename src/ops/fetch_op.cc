#include "ops/fetch_op.h"

#include "base/text.h"
#include "engine/fetch_all.h"
#include "ops/operation_list.h"
#include "source/address.h"
#include "source/git_address.h"
#include "source/retention.h"

#include <fmt/format.h>

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace hdist {

namespace {

void check_address(const SourceCandidate& source) {
  if (!trim(source.url).empty()) return;
  throw Error(ErrorKind::usage, "source.no-address",
              "an address is empty, expected an http, https or file address, or a path");
}

/// A word like "master" after the address of a repository that names no ref yet.
bool is_ref_of(const SourceCandidate& source, const std::string& word) {
  std::optional<GitAddress> address = parse_git_address(source.url);
  return address && address->ref.empty() && !source.expected && is_git_ref(word) &&
         !parse_git_address(word);
}

bool is_there(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0;
}

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// "sha512-...", or so many hexadecimal digits alone: a digest, but none that a key is made of.
/// Taken for an address, it would leave the one before it unchecked.
void check_kind_of_digest(const std::string& word) {
  if (is_there(word)) return;
  constexpr std::array<std::string_view, 6> kKinds{"md5",    "sha1",   "sha224",
                                                   "sha384", "sha512", "blake2b"};
  const std::string kind = word.substr(0, word.find_first_of(":-"));
  const bool is_other =
      kind.size() < word.size() && std::find(kKinds.begin(), kKinds.end(), kind) != kKinds.end();
  // Of MD5, SHA-1, SHA-224 to SHA-512 in hexadecimal digits, of a key in base 32.
  constexpr std::array<std::size_t, 6> kHexLengths{32, 40, 56, 64, 96, 128};
  constexpr std::size_t kBase32Length = 52;
  const bool is_hex = word.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
  const bool is_bare =
      is_hex ? std::find(kHexLengths.begin(), kHexLengths.end(), word.size()) != kHexLengths.end()
             : word.size() == kBase32Length &&
                   std::all_of(word.begin(), word.end(), is_letter_or_digit);
  if (!is_other && !is_bare) return;
  throw Error(
      ErrorKind::usage, "fetch.bad-key",
      fmt::format("'{}' is no key: expected sha256:HEX, sha256-BASE64 or TYPE:DIGEST, as in "
                  "tar.gz:...",
                  printable(word)));
}

/// "tar.gz:aaaa": the type of a key, but not all of its digest. A file may be called so.
void check_whole_key(const std::string& word) {
  check_kind_of_digest(word);
  const std::size_t colon = word.find_first_of(":-");
  if (colon == std::string::npos || is_there(word) || parse_git_address(word)) return;
  const std::string type = word.substr(0, colon);
  const std::string digest = word.substr(colon + 1);
  const bool is_digest = type == "sha256";
  // "file:data.txt" is an address.
  const bool is_key = word[colon] == ':' && parse_source_type(type) &&
                      std::all_of(digest.begin(), digest.end(), is_letter_or_digit) &&
                      (type != "file" || !is_there(digest));
  if (!is_digest && !is_key) return;
  const char* expected = is_digest ? "64 hexadecimal digits after sha256:, or 44 characters of "
                                     "base 64 after sha256-"
                         : type == "git" ? "the 40 hexadecimal digits of a commit"
                                         : "52 characters (a-z, 2-7), or the first 32 of them";
  throw Error(ErrorKind::usage, "fetch.bad-key",
              fmt::format("'{}' is no key: expected {}", printable(word), expected));
}

/// `fetch repo main`: a work tree is a directory like any other; its history is in repo/.git.
void check_no_ref_of_work_tree(const SourceCandidate& source, const std::string& word) {
  const Address address = parse_address(source.url);
  if (address.kind != Address::Kind::local) return;
  const std::string repository = join_path(address.rest, ".git");
  const bool may_be_ref = !source.expected && is_git_ref(word) && !parse_git_address(word);
  if (!may_be_ref || is_there(word) || !is_there(repository)) return;
  Error error(
      ErrorKind::usage, "fetch.work-tree",
      fmt::format("'{}' is no file, and no branch, tag or commit of {}, which is taken as a "
                  "directory",
                  printable(word), printable(source.url)));
  error.advise(
      {fmt::format("{} is a git repository; to take a commit of it write", printable(source.url)),
       "fetch",
       {repository, word}});
  throw error;
}

} // namespace

std::vector<SourceCandidate> sources_of_words(const std::vector<std::string>& words) {
  std::vector<SourceCandidate> sources;
  for (const std::string& word : words) {
    std::optional<Expectation> expected = Expectation::parse(word);
    if (!expected && !sources.empty() && is_ref_of(sources.back(), word)) {
      sources.back().url += "#" + word;
    } else if (!expected) {
      check_whole_key(word);
      if (!sources.empty()) check_no_ref_of_work_tree(sources.back(), word);
      sources.push_back({word, std::nullopt});
    } else if (sources.empty() || sources.back().expected) {
      throw Error(
          ErrorKind::usage, "fetch.key-without-address",
          fmt::format("the key {} must stand after the address that gives it", printable(word)));
    } else {
      sources.back().expected = std::move(expected);
    }
  }
  return sources;
}

FetchResponse fetch_sources(Session& session, const FetchRequest& request) {
  FetchResponse response;
  for (const std::string& tag : request.tags)
    if (std::optional<std::string> why = bad_tag(tag))
      throw Error(ErrorKind::usage, "source.bad-tag", *why);
  std::vector<FetchTask> tasks;
  for (const SourceCandidate& candidate : request.sources) {
    check_address(candidate);
    tasks.push_back({{candidate}});
  }
  const std::vector<FetchOutcome> outcomes =
      outcomes_of(fetch_all(session.fetcher(), tasks, request.tags, session.stop()));
  for (std::size_t i = 0; i < outcomes.size(); ++i)
    response.sources.push_back({request.sources[i].url, outcomes[i].item.key,
                                outcomes[i].item.size_bytes, outcomes[i].was_present});
  return response;
}

Value to_value(const FetchResponse& response) {
  Value::List sources;
  for (const FetchedSource& source : response.sources) {
    Value entry;
    entry.set("url", source.url);
    entry.set("key", source.key.str());
    entry.set("size", source.size_bytes);
    entry.set("was_present", source.was_present);
    sources.push_back(std::move(entry));
  }
  Value value;
  value.set("sources", Value(std::move(sources)));
  return value;
}

FetchRequest read_fetch_request(const Document& request) {
  Fields fields(request, request.root, "");
  FetchRequest result;
  const Value::List* sources = fields.list("sources");
  if (sources == nullptr || sources->empty())
    throw fields.error("sources", "expected a list of at least one source");
  for (std::size_t i = 0; i < sources->size(); ++i) {
    Fields source(request, (*sources)[i], fmt::format("sources[{}]", i));
    SourceCandidate candidate{source.text("url"), std::nullopt};
    if (std::optional<std::string> key = source.text_if("key")) {
      candidate.expected = Expectation::parse(*key);
      if (!candidate.expected) throw source.error("key", "expected a source key or a digest");
    }
    source.finish();
    result.sources.push_back(std::move(candidate));
  }
  result.tags = fields.texts("tags");
  fields.finish();
  return result;
}

Operation fetch_operation() {
  return {"fetch", "put sources into the source store and give their keys",
          [](Session& session, const Document& request) {
            return to_value(fetch_sources(session, read_fetch_request(request)));
          }};
}

} // namespace hdist
