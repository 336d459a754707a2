// store_files.h: the files of a source store: items at their places, notes, the index of addresses.
// For the source store itself.
#pragma once

#include "base/dir.h"
#include "source/git_store.h"
#include "source/item_note.h"
#include "source/source_store.h"
#include "source/store_users.h"

#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace hdist {

class StoreFiles {
public:
  /// Makes and checks store.json. Errors as of check_store_json(), and refused
  /// "source.store-foreign": no store, but something is where a store has its own files.
  explicit StoreFiles(const std::string& path, const SourceStoreOptions& options = {});
  const Dir& root() const { return root_; }
  const GitStore& git() const { return git_; }

  /// One that is whole. Where that is in doubt it is read.
  std::optional<SourceItem> find(const SourceKey& wanted) const;
  std::optional<SourceItem> find_any(const SourceKey& wanted) const;
  /// Reads the note, lets `change` change it, and writes it when that returns true. Two processes
  /// at once lose one change, never the note.
  void change_note(const SourceKey& key, const std::function<bool(ItemNote&)>& change) const;

  /// As SourceStore::check_tree(); also of a commit that is not kept yet.
  void check_tree(const SourceKey& commit, const SourceKey& tree) const;

  /// The key that the index has for an address; the item may be gone.
  std::optional<SourceKey> key_of_address(const std::string& url) const;
  void set_address(const std::string& url, const SourceKey& key) const;

  /// A new file in the store's own directory for unfinished things; leftovers of a day ago go
  /// first.
  Fd new_temporary(std::string& name) const;
  /// Gives the finished temporary file its place. False: the item is there, and so is still the
  /// file.
  [[nodiscard]] bool place(const std::string& temporary, const SourceKey& key,
                           int64_t size_bytes) const;

  /// What was found out when all of an item was read: a damaged one counts as absent until
  /// something intact takes its place. Where the store cannot be written, nothing happens. Not for
  /// commits.
  void note_damage(const SourceKey& key, bool is_damaged) const;
  /// Lets `fetch_again` bring an item that is damaged: meanwhile it is not there for this process,
  /// and what comes takes its place.
  void mend(const SourceKey& key, const std::function<void()>& fetch_again) const;

  /// Whether this user is to decide about what that user brought.
  bool is_ours(uid_t owner) const;
  /// This process uses the store from now on.
  void enter() const { user_.enter(root_); }
  const StoreUser& user() const { return user_; }

private:
  std::optional<SourceItem> look(const SourceKey& key) const; // in whatever state
  std::optional<SourceItem> look_at_whole(const SourceKey& key) const;
  std::optional<SourceKey> full_key(const SourceKey& key) const;
  void remove_leftovers() const;
  bool is_mended(const SourceKey& key) const; // just now

  Dir root_;
  GitProgram git_program_;
  GitStore git_;
  mutable std::mutex notes_; // so that threads of one process lose nothing
  mutable std::mutex mending_mutex_;
  mutable std::set<std::string> mending_; // keys
  mutable std::once_flag cleaned_;
  mutable StoreUser user_;
  uid_t owner_ = 0; // of the store
};

/// Seconds since 1970.
int64_t now_s();
/// What stores left in their directory for unfinished things a day ago or earlier; nothing else
/// that is there.
std::vector<std::string> old_unfinished(const Dir& temporary);

} // namespace hdist
