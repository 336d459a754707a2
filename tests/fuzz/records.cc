// What stands in stores and profiles: whoever may write there may have written anything.
#include "base/error.h"
#include "base/lease.h"
#include "data/json.h"
#include "fuzz/fuzz.h"
#include "model/artifact_record.h"
#include "model/install_json.h"
#include "model/profile_record.h"
#include "model/store_document.h"
#include "source/item_note.h"
#include "store/claims.h"

using namespace hdist;

namespace {

void check_artifact_record(std::string_view bytes) {
  const ArtifactRecord record = ArtifactRecord::parse(bytes, "record");
  require(record.directory.starts_with(record.id.hash12()) &&
              record.directory.find('/') == std::string::npos &&
              attempt_number(record.directory, record.id.hash12()),
          "a record names a directory of its artifact");
  require(record.file_count >= 0 && record.size_bytes >= 0, "a count is one");
  const std::string text = record.text();
  require(ArtifactRecord::parse(text, "again").text() == text,
          "a record that is written can be read");
}

void check_profile_record(std::string_view bytes) {
  const std::string text = ProfileRecord::parse(bytes, "profile.json").text();
  require(ProfileRecord::parse(text, "again").text() == text,
          "a profile that is written can be read");
}

void check_store(std::string_view bytes) {
  for (const StoreKind kind : {StoreKind::artifacts, StoreKind::sources})
    check_store_json(bytes, "store.json", kind);
}

void check_install_json(std::string_view bytes) {
  const InstallWishes wishes = read_install_json(read_json("install.json", std::string(bytes)));
  const std::string text = pretty_json(to_value(wishes));
  const Document again = read_json("again", text);
  require(read_install_wishes(again, again.root, "") == wishes,
          "wishes that are written can be read");
}

void check_note(std::string_view bytes) {
  const auto note = ItemNote::parse(bytes);
  // One reader has the form that is written, another all of JSON: a space makes it theirs.
  const auto spaced = ItemNote::parse(" " + std::string(bytes));
  require(note.has_value() == spaced.has_value() && (!note || note->text() == spaced->text()),
          "both readers of notes read the same");
  if (!note) return;
  const auto again = ItemNote::parse(note->text());
  require(again && again->text() == note->text(), "a note that is written can be read");
}

void check_claim(std::string_view bytes) {
  if (const auto holder = LeaseHolder::parse(bytes))
    require(LeaseHolder::parse(holder->text()) == holder, "a claim that is written can be read");
  if (const auto name = ClaimName::parse(bytes))
    require(name->str() == bytes && name->number > 0, "a claim has one name");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  const std::string_view bytes = text_of(data, size);
  for (const auto& check : {check_artifact_record, check_profile_record, check_store,
                            check_install_json, check_note, check_claim}) {
    try {
      check(bytes);
    } catch (const Error& error) {
      require(error.kind() == ErrorKind::usage || error.kind() == ErrorKind::refused,
              "what is wrong is the document");
    }
  }
  return 0;
}
