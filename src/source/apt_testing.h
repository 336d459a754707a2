// apt_testing.h: shell scripts that play apt-get and apt-cache and note how they were called. For
// tests only.
#pragma once

#include "source/deb_source.h"
#include "source/source_testing.h"

namespace hdist {

class FakeApt {
public:
  FakeApt() {
    write_file(path("etc/sources.list"), "deb http://pool/debian stable main\n");
    options.state_dir = path("state");
    options.apt_dir = path("etc");
    options.apt_get = path("bin/apt-get");
    options.apt_cache = path("bin/apt-cache");
    script("apt-cache", "");
    script("apt-get", "");
    on_update("touch $D/lists/pool_Sources");
  }
  std::string path(const std::string& name) const { return tmp_.path() + "/" + name; }
  /// What `update` does, as shell text; $D is the private state.
  void on_update(const std::string& text) const { write_file(path("update.sh"), text); }
  /// A version of a package with one file.
  void add(const std::string& package, const std::string& version, const std::string& row) const {
    std::string file = path("versions/" + package);
    std::string known = std::filesystem::exists(file) ? read_file(file) : "";
    write_file(file, known + "Package: " + package + "\nVersion: " + version + "\n\n");
    write_file(path("rows/" + package + "=" + version), row + "\n");
  }
  /// How often `word` was among the arguments.
  int calls(const std::string& word) const {
    std::string text = std::filesystem::exists(path("calls")) ? read_file(path("calls")) : "";
    int count = 0;
    for (std::size_t at = text.find(" " + word); at != std::string::npos;
         at = text.find(" " + word, at + 1))
      ++count;
    return count;
  }
  std::string call_text() const { return read_file(path("calls")); }

  DebOptions options;
  RecordedEvents events;

private:
  void script(const std::string& name, const std::string& more) const {
    std::string file = path("bin/" + name);
    write_file(file, "#!/bin/sh\nT=" + tmp_.path() + "\nD=$T/state\necho \"" + name +
                         " $*\" >> $T/calls\n" + more +
                         "case \" $* \" in\n"
                         "*' update '*) . $T/update.sh ;;\n"
                         "*' showsrc '*) for p; do :; done; cat $T/versions/$p ;;\n"
                         "*' source '*) for p; do :; done; cat $T/rows/$p ;;\n"
                         "esac\n");
    std::filesystem::permissions(file, std::filesystem::perms::owner_all);
  }
  TempDir tmp_;
};

} // namespace hdist
