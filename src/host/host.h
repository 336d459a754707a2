// host.h: platform and toolchain identity of this machine (DESIGN.md 4).
#pragma once

#include "base/env.h"
#include "model/build_spec.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hdist {

/// What this machine offers: the real CPU level and libc. Specs name the baseline CPU level of the
/// architecture unless told.
Platform machine_platform();
/// The platform that specs get by default: machine_platform() with the baseline CPU level
/// ("x86-64").
Platform default_platform();

/// A tool of the host as specs name it.
struct HostTool {
  std::string role;    // "cc", "cxx", "fc", "make", "cmake", ...
  std::string program; // absolute path to call: "/usr/bin/gcc"
  std::string
      identity; // "dpkg/gcc-12=12.2.0-14+deb12u1:amd64", else "sha256/<52 base32>" of the program
};

struct HostOptions {
  std::string search_path = "/usr/local/bin:/usr/bin:/bin"; // where tools are looked for
  std::string dpkg_dir = "/var/lib/dpkg"; // absent: programs are identified by digest
  std::string cache_file; // identities by stamp of program and package database; empty: none
};

/// Finds and identifies tools. Caches by stamps: path, inode, size, mtime of the program and of the
/// dpkg status file.
class Host {
public:
  explicit Host(HostOptions options);
  ~Host();
  /// `program` is a name or an absolute path; role only labels. Error usage "host.no-tool" with
  /// advice naming the program when absent.
  HostTool tool(const std::string& role, const std::string& program);
  /// The usual program of a role: cc → cc/gcc/clang, cxx → c++/g++/clang++, fc → gfortran, others
  /// by their own name.
  HostTool tool(const std::string& role);
  void save_cache();

private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace hdist
