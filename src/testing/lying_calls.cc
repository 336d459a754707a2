// The program's own definitions take the place of the C library's: a test program is linked
// dynamically, and the linker takes the first definition that it finds.
#include "testing/lying_calls.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <string>

namespace hdist {

namespace {

std::atomic<int> g_error = 0; // 0: the truth
std::atomic<int> g_lies = 0;
std::string g_call; // not changed while a call may be made

long answer(std::string_view call, long result) {
  const int error = g_error.load();
  if (result != 0 || error == 0 || call != g_call) return result;
  ++g_lies;
  errno = error;
  return -1;
}

} // namespace

LyingCalls::LyingCalls(std::string_view call, int error) {
  g_call = call;
  g_lies = 0;
  g_error = error;
}
LyingCalls::~LyingCalls() {
  g_error = 0;
}
int LyingCalls::lies() {
  return g_lies;
}

} // namespace hdist

using hdist::answer;

// In the place of the C library's, by their names for the linker.
extern "C" {
int lying_renameat2(int from_dir, const char* from, int to_dir, const char* to,
                    unsigned flags) noexcept __asm__("renameat2");
int lying_renameat(int from_dir, const char* from, int to_dir, const char* to) noexcept
    __asm__("renameat");
int lying_linkat(int from_dir, const char* from, int to_dir, const char* to, int flags) noexcept
    __asm__("linkat");
}

int lying_renameat2(int from_dir, const char* from, int to_dir, const char* to,
                    unsigned flags) noexcept {
  const long result = ::syscall(SYS_renameat2, from_dir, from, to_dir, to, flags);
  return static_cast<int>(answer("renameat2", result));
}
int lying_renameat(int from_dir, const char* from, int to_dir, const char* to) noexcept {
  const long result = ::syscall(SYS_renameat2, from_dir, from, to_dir, to, 0U);
  return static_cast<int>(answer("renameat", result));
}
int lying_linkat(int from_dir, const char* from, int to_dir, const char* to, int flags) noexcept {
  const long result = ::syscall(SYS_linkat, from_dir, from, to_dir, to, flags);
  return static_cast<int>(answer("linkat", result));
}
