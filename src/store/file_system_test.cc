#include "store/file_system.h"

#include "base/dir.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <linux/magic.h>

namespace hdist {
namespace {

TEST(FileSystem, WhatOtherMachinesMayWriteToIsNotLocal) {
  EXPECT_TRUE(is_local_type(EXT4_SUPER_MAGIC));
  EXPECT_TRUE(is_local_type(TMPFS_MAGIC));
  constexpr uint64_t kLustre = 0x0bd00bd0, kGpfs = 0x47504653;
  for (uint64_t magic :
       {uint64_t{NFS_SUPER_MAGIC}, uint64_t{SMB2_SUPER_MAGIC}, uint64_t{FUSE_SUPER_MAGIC},
        uint64_t{V9FS_MAGIC}, kLustre, kGpfs, uint64_t{0}})
    EXPECT_FALSE(is_local_type(magic)) << magic;
}

TEST(FileSystem, WhatCannotBeAskedIsNotLocal) {
  EXPECT_FALSE(is_on_local_file_system(-1));
}

} // namespace
} // namespace hdist
