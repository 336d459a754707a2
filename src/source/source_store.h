// source_store.h: put, find and unpack source items by key (docs/source-format.md).
#pragma once

#include "base/dir.h"
#include "base/log.h"
#include "model/source_key.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace hdist {

struct SourceAddress {
  std::string url;
  int64_t time_s = 0; // when it gave this content
};

/// What is not whole counts as absent, and its place is free for what is.
enum class SourceState {
  whole,    // as far as is known
  doubtful, // it has another size than was noted: it was cut off, or the note is damaged
  damaged,  // all of it was read, and it is not what its key says
};

struct SourceItem {
  SourceKey key;    // always full
  std::string path; // of the item in the store
  int64_t size_bytes = 0;
  std::vector<SourceAddress> addresses;
  std::vector<std::string> tags;
  int64_t last_use_s = 0;
  uid_t owner = 0;               // who brought it
  std::optional<SourceKey> tree; // of a commit: the dir: key of what it gives, once that is known
  SourceState state = SourceState::whole;
};

/// " at 2026-01-02T03:04:05Z": when the address gave it; "" when that is not known.
std::string when_given(const SourceItem& item, const std::string& url);

/// What is in a store and belongs to no item.
struct LeftoverSources {
  std::size_t count = 0;
  int64_t size_bytes = 0;
};

class GitStore;
struct DirStamp;
struct GitContentSum;
class SourceStore;
class StoreFiles;

/// Of which content an unfinished download is the beginning.
struct PartVersion {
  std::string validator;    // as HttpResult; "": unknown
  int64_t total_bytes = -1; // as it was announced; -1: it was not
};

/// Bytes on their way into the store: hashed while written to a temporary file, kept only by
/// finish(). Destroying it removes them. Must not outlive its store.
class Deposit {
public:
  Deposit(Deposit&&) noexcept;
  ~Deposit();
  void write(std::string_view bytes);
  /// Writes all that `next` gives, until it is empty. Of something long the next pieces are read
  /// and written in a thread of their own while those before are hashed. What `next` throws is
  /// thrown.
  void write_all_of(const std::function<std::string_view()>& next);
  std::string_view first_bytes() const; // up to 512, to judge the type
  int64_t size_bytes() const;
  /// Forgets what was written, to begin again.
  void restart();
  /// Keeps what was written for a day, so that a deposit of the same address goes on there. Ends
  /// the deposit; never fails.
  void suspend(const std::string& url, const PartVersion& version) noexcept;
  /// Takes over what a suspended deposit of this address has; nullopt: nothing is changed. Only
  /// before anything is written.
  std::optional<PartVersion> resume(const std::string& url);
  /// Puts the item at its place (or finds it there already). The type is checked against the
  /// content (an archive must begin like one: Error failed "source.not-an-archive"); with an
  /// expectation other content is refused ("source.hash-mismatch") and not kept. `url` may be
  /// empty.
  SourceItem finish(SourceType type, const std::optional<Expectation>& expected,
                    const std::string& url);

private:
  friend class SourceStore;
  struct State;
  explicit Deposit(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

struct UnpackRequest {
  SourceKey key;
  std::string target; // a directory: absent or empty; of a file: key the file itself
  std::optional<int> strip;
  bool into_existing = false; // files are added to a directory that has others (sources of a job);
                              // existing files are errors
};

struct SourceStoreOptions {
  std::string supervise; // path of the supervisor, for git; "": git goes on when this process dies
  bool group = false;    // [sources] share = group: everybody of its group may write
};

/// A directory of source items. Any number of processes and threads may use it at once.
class SourceStore {
public:
  /// Makes the directory and store.json when absent; refuses a store of another kind or with
  /// unknown required features, and where other things have the names of a store's directories.
  static SourceStore open(const std::string& path, const SourceStoreOptions& options = {});
  SourceStore(SourceStore&&) noexcept;
  ~SourceStore();

  std::optional<SourceItem> find(const SourceKey& key) const; // a short key finds the full item
  /// Any item that meets it.
  std::optional<SourceItem> find(const Expectation& expected) const;
  /// The item that this http(s) address gave before.
  std::optional<SourceItem> find_address(const std::string& url) const;
  Deposit deposit() const;
  /// Notes another address of an item.
  void add_address(const SourceKey& key, const std::string& url) const;
  /// Notes an address that is said to give it, but was not asked: it is no answer for that address.
  void add_claim(const SourceKey& key, const std::string& url) const;
  void add_tags(const SourceKey& key, const std::vector<std::string>& tags) const;
  /// Notes that it is in use, at most every five minutes; never fails. Who needs it for longer
  /// notes first and then looks whether it is there.
  void note_use(const SourceKey& key) const;
  SourceItem put_pack(std::string_view bytes) const; // files:
  /// dir: names, execute bits, symlinks and contents of a directory tree; refuses device nodes,
  /// sockets and FIFOs.
  SourceItem put_directory(const std::string& directory, const std::stop_token& stop = {}) const;

  /// What this directory gave when it had this stamp, if that is still there; it is in use now.
  std::optional<SourceItem> find_stamped(const std::string& directory, const DirStamp& stamp) const;
  void note_stamp(const std::string& directory, const DirStamp& stamp, const SourceKey& key) const;

  /// A commit that git() keeps: what it gives, unless that is known, and where it came from.
  void note_commit(const std::string& commit, const std::optional<GitContentSum>& sum,
                   const std::string& url) const;
  /// Error failed "source.corrupt" when the commit gave another directory before than `tree`. What
  /// is not known is noted, where the store can be written.
  void check_tree(const std::string& commit, const SourceKey& tree) const;
  const GitStore& git() const;
  /// Remembers what a tag gave. When it gave another commit before: that, as far as it is known.
  std::optional<SourceItem> note_tag(const std::string& url, const SourceKey& commit) const;

  /// Verifies while unpacking: content that does not match the key is an error ("source.corrupt")
  /// and leaves nothing in target. A file: key becomes the file
  /// `target`, or "source" in it when it is a directory.
  void unpack(const UnpackRequest& request, const std::stop_token& stop = {}) const;
  /// All items, by key; last_use_s is never 0.
  std::vector<SourceItem> list() const;
  /// Those that are not whole, too.
  std::vector<SourceItem> list_all() const;
  /// As find(), also of one that is not whole.
  std::optional<SourceItem> find_any(const SourceKey& key) const;
  /// Lets `fetch_again` bring the item as if it were not there, in the place of what is there.
  void mend(const SourceItem& item, const std::function<void()>& fetch_again,
            const std::stop_token& stop = {}) const;
  /// Reads all of an item. Error failed "source.corrupt".
  void verify(const SourceItem& item, const std::stop_token& stop = {}) const;
  /// Whether this user is to decide about it: who brought it, the store's owner, and root.
  bool is_ours(const SourceItem& item) const;
  /// False: `is_unused` denied it for what is known once the item was set aside; it is back.
  bool remove(const SourceItem& item, const std::function<bool(const SourceItem&)>& is_unused,
              const std::stop_token& stop = {}) const;
  /// When the oldest of the others that use the store now began to, seconds since 1970; nullopt:
  /// nobody does.
  std::optional<int64_t> others_since(bool remove_dead) const;
  /// Puts back what a removal that died had set aside; never fails.
  void settle_condemned() const;
  /// Unfinished things of a day ago, notes and addresses without items; removed when told.
  LeftoverSources leftovers(bool remove) const;
  const std::string& path() const;

private:
  explicit SourceStore(std::unique_ptr<StoreFiles> files);
  std::unique_ptr<StoreFiles> files_;
};

/// The documented stream whose SHA-256 is a dir: key; pieces are given to `sink`.
void write_dir_stream(const Dir& root, const std::function<void(std::string_view)>& sink,
                      const std::stop_token& stop = {});

} // namespace hdist
