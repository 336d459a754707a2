#include "store/file_system.h"

#include <linux/magic.h>
#include <sys/vfs.h>

#include <algorithm>
#include <array>

namespace hdist {

bool is_local_type(uint64_t magic) {
  constexpr std::array<uint64_t, 14> kLocal{EXT4_SUPER_MAGIC,      BTRFS_SUPER_MAGIC,
                                            TMPFS_MAGIC,           RAMFS_MAGIC,
                                            OVERLAYFS_SUPER_MAGIC, REISERFS_SUPER_MAGIC,
                                            NILFS_SUPER_MAGIC,     F2FS_SUPER_MAGIC,
                                            MSDOS_SUPER_MAGIC,     XFS_SUPER_MAGIC,
                                            0x2011bab0 /*exfat*/,  0xca451a4e /*bcachefs*/,
                                            0x3153464a /*jfs*/,    0x2fc12fc1 /*zfs*/};
  return std::find(kLocal.begin(), kLocal.end(), magic) != kLocal.end();
}

bool is_on_local_file_system(int fd) {
  struct statfs status {};
  // Some architectures sign-extend the type.
  return ::fstatfs(fd, &status) == 0 && is_local_type(static_cast<uint32_t>(status.f_type));
}

} // namespace hdist
