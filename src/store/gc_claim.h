// gc_claim.h: one collection of garbage at a time in a store. For the store's own files.
#pragma once

#include "base/lease.h"
#include "store/gc_records.h"

#include <functional>
#include <optional>
#include <stop_token>

namespace hdist {

/// The claim `gc.claim.<n>` in the store: waits for another collection that is alive (`waiting` is
/// called once for each), takes over from a dead one. nullopt: stopped. Two that both believe to
/// have it do no harm as long as neither sleeps between looking at a record and renaming it. Where
/// no file can be made because the disk is full, the reserve becomes the claim.
std::optional<Lease> claim_gc(const GcStore& store,
                              const std::function<void(const LeaseHolder&)>& waiting,
                              const std::stop_token& stop);

/// `gc.reserve.<uid>` in the store: a small file of this user, from which the claim is made on a
/// full disk. Made when it is absent; never throws, and where it cannot be made there is none.
void keep_gc_reserve(const Dir& store) noexcept;

} // namespace hdist
