// sha1.h: SHA-1, for the object names of git and nothing else.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace hdist {

/// Incremental. Weak: whoever can choose content can make two with one digest.
class Sha1 {
public:
  Sha1();
  ~Sha1();
  Sha1(Sha1&&) noexcept;
  Sha1& operator=(Sha1&&) noexcept;
  void update(std::string_view bytes);
  std::string finish_hex(); // once; 40 lower-case digits

private:
  struct Context;
  std::unique_ptr<Context> context_;
};

} // namespace hdist
