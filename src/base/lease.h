// lease.h: a claim on a name, by an exclusively linked file: heartbeat, dead or alive. No locks.
//
// Take-over (DESIGN.md 6, rules 2 and 3). Claims on one thing are numbered: `x.claim.1`, `.2`, ...
// Whoever wants the thing looks whether it exists by now, else takes the first number that is free
// or whose claim he must not wait for; he never removes the claim of another:
//   for (int n = 1;; ++n) {
//     if (auto lease = Lease::try_take(dir, name(n))) return *lease; // then look once more for x
//     LeaseWatch watch(dir, name(n));
//     while (watch.look() == Liveness::alive) { wait a little; if x exists now, return it; }
//     if (!watch.holder()) --n; // released: try the same number again
//   }
// What the dead holder wrote is not used again under its path: number n + 1 writes elsewhere.
#pragma once

#include "base/dir.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace hdist {

/// Who holds a claim: the content of the claim file, lines "key value" after "hdist-claim 1"
/// (docs/store-format.md).
struct LeaseHolder {
  std::string boot_id;        // /proc/sys/kernel/random/boot_id
  uint64_t pid_namespace = 0; // inode of /proc/self/ns/pid
  int pid = 0;
  uint64_t start_time = 0; // field 22 of /proc/<pid>/stat, clock ticks after boot
  std::string token;       // random; also HDIST_RUN_TOKEN of the processes it started
  std::string host;        // for messages, and against two machines with one boot_id (snapshots)
  bool abandoned = false;  // the holder gave up something that may still be written to
  std::string text() const;
  /// nullopt for what text() would not write; unknown keys are passed over.
  static std::optional<LeaseHolder> parse(std::string_view text);
  static LeaseHolder self(std::string token); // this process
  friend bool operator==(const LeaseHolder&, const LeaseHolder&) = default;
};

enum class Liveness {
  alive,   // wait for it
  dead,    // take the next number
  unknown, // take the next number too, but leave for ever what it may still write to
};

struct LeaseOptions {
  std::chrono::milliseconds heartbeat{10'000};   // the claim file is touched this often
  std::chrono::milliseconds dead_after{180'000}; // without heartbeat, on the waiter's own clock
};

/// A held claim. A thread of its own keeps the heartbeat. Destroying it removes the file (if it is
/// still ours).
class Lease {
public:
  /// Exclusive creation of `name` in `dir`; nullopt when somebody else holds that name.
  static std::optional<Lease> try_take(const Dir& dir, const std::string& name,
                                       const LeaseOptions& options = {});
  /// The same where no new file can be made: `spare`, a file in `dir` that is at least as large as
  /// a claim, becomes the claim. nullopt also when there is no such file.
  static std::optional<Lease> try_take_with(const Dir& dir, const std::string& name,
                                            const std::string& spare,
                                            const LeaseOptions& options = {});
  Lease(Lease&&) noexcept;
  Lease& operator=(Lease&&) noexcept;
  ~Lease();
  const std::string& token() const;
  const std::string& name() const;
  /// True while the file is there and is ours (same inode).
  bool still_ours() const;
  void release(); // remove now
  /// Leave the file where it is for ever, marked: used when something of the run may still write
  /// (rule 2). Others do not wait for it.
  void abandon();

private:
  struct State;
  explicit Lease(std::unique_ptr<State> state);
  static std::optional<Lease> hold(const Dir& dir, const std::string& name, const LeaseHolder& self,
                                   const LeaseOptions& options);
  std::unique_ptr<State> state_;
};

/// Watches one foreign claim: remembers when its heartbeat last moved by this process's monotonic
/// clock. One thread at a time.
class LeaseWatch {
public:
  LeaseWatch(const Dir& dir, std::string name, LeaseOptions options = {});
  ~LeaseWatch();
  /// alive: the holder is proven running, or its heartbeat moved (or was first seen) within
  /// dead_after. dead: same host, boot and PID namespace, but neither the process nor one with its
  /// token is there; or no heartbeat for dead_after; or the file is gone. unknown: abandoned, and
  /// not proven that nothing of it runs.
  Liveness look();
  /// Of the last look; nullopt: the file is gone. All fields empty: the content cannot be read as a
  /// claim, and only the heartbeat counts.
  const std::optional<LeaseHolder>& holder() const;

private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace hdist
