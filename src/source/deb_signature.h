// deb_signature.h: the signature of a Debian archive's InRelease file, looked at by gpgv.
#pragma once

#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace hdist {

struct SignatureOptions {
  std::vector<std::string> keyrings; // of one of whose keys it must be; armored ones, too
  std::string program_path;          // where gpgv is looked for
  std::string state_dir;             // exists; for a keyring in another form
};

/// What is signed of `message`, the whole of a clear-signed file. `name` is for errors: failed
/// "debsrc.unverified" where nothing can be looked at (no signature, no gpgv, no keyring),
/// "debsrc.bad-signature", or interrupted. All advise.
std::string verified_text(const std::string& message, const std::string& name,
                          const SignatureOptions& options, const std::stop_token& stop);

/// Nothing but one signed text: no byte stands outside of it.
bool is_clear_signed(std::string_view message);
/// Why the status lines of gpgv are of no good signature; "": one is good, and none is bad.
std::string signature_problem(std::string_view status);

} // namespace hdist
