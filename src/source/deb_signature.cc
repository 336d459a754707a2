// gpgv ends with an error as soon as one of several signatures is by a key that it does not know.
// Archives are signed by an old and a new key for years, so what counts is what apt counts: a good
// signature by one of the keys, with a digest that is still good, and no bad one.
#include "source/deb_signature.h"

#include "base/dir.h"
#include "base/env.h"
#include "base/error.h"
#include "base/named_file.h"
#include "base/path.h"
#include "base/process.h"
#include "base/text.h"
#include "data/digest.h"

#include <fmt/format.h>
#include <unistd.h>

#include <optional>

namespace hdist {

namespace {

constexpr std::string_view kBegin = "-----BEGIN PGP SIGNED MESSAGE-----\n";
constexpr std::string_view kSignature = "\n-----BEGIN PGP SIGNATURE-----\n";
constexpr std::string_view kEnd = "-----END PGP SIGNATURE-----";
constexpr std::string_view kKeyBlock = "-----BEGIN PGP PUBLIC KEY BLOCK-----";
constexpr double kVerifySeconds = 30;

Error unverified(const std::string& name, const std::string& why, const std::string& instead) {
  Error error(ErrorKind::failed, "debsrc.unverified",
              fmt::format("the index {} cannot be verified: {}", name, why));
  error.advise({.text = instead, .verb = {}, .args = {}});
  error.advise({.text = "Or take what this archive says as it is, without a signature",
                .verb = "config",
                .args = {"set", "sources.deb-check-signature", "no"}});
  return error;
}

/// The bytes of an armored key block (RFC 4880, section 6.2); nullopt when it is none.
std::optional<std::string> dearmored(std::string_view text) {
  if (!text.starts_with(kKeyBlock)) return std::nullopt;
  std::string base64;
  bool is_body = false;
  for (const std::string& raw : split(text, '\n')) {
    const std::string_view line = trim(raw);
    if (is_body && (line.starts_with('=') || line.starts_with('-'))) break; // check sum, end
    if (is_body) base64 += line;
    is_body = is_body || line.empty();
  }
  return base64_decode(base64);
}

/// Keyrings as gpgv reads them; those that had to be made go with this.
class Keyrings {
public:
  explicit Keyrings(const SignatureOptions& options) : dir_(Dir::open(options.state_dir)) {
    for (const std::string& file : options.keyrings)
      add(file);
  }
  Keyrings(const Keyrings&) = delete;
  Keyrings& operator=(const Keyrings&) = delete;
  ~Keyrings() {
    for (const std::string& name : made_)
      ::unlinkat(dir_.fd(), name.c_str(), 0);
  }
  const std::vector<std::string>& files() const { return files_; }

private:
  void add(const std::string& file) {
    const std::optional<std::string> bytes = read_named_file(file, kLargest);
    if (!bytes) return;
    if (const std::optional<std::string> keys = dearmored(*bytes)) {
      made_.push_back("keyring-" + random_name(16));
      dir_.write_file(made_.back(), *keys);
      files_.push_back(join_path(dir_.path(), made_.back()));
    } else {
      files_.push_back(file);
    }
  }
  static constexpr int64_t kLargest = int64_t{16} << 20;
  Dir dir_;
  std::vector<std::string> files_, made_;
};

} // namespace

bool is_clear_signed(std::string_view message) {
  const std::size_t signature = message.find(kSignature), end = message.find(kEnd);
  return message.starts_with(kBegin) && message.find("\n\n") < signature &&
         signature != std::string_view::npos && end != std::string_view::npos && end > signature &&
         trim(message.substr(end + kEnd.size())).empty() &&
         message.find(kBegin, 1) == std::string_view::npos;
}

std::string signature_problem(std::string_view status) {
  constexpr std::string_view kStatus = "[GNUPG:] ";
  constexpr std::size_t kDigestWord = 8; // of VALIDSIG, which stands first
  bool is_good = false, has_good = false;
  std::string problem = "it has no signature that is known";
  for (const std::string& line : split(status, '\n')) {
    if (!line.starts_with(kStatus)) continue;
    const std::vector<std::string> words = split_words(line.substr(kStatus.size()));
    if (words.empty()) continue;
    if (words[0] == "BADSIG") return "its text was changed after it was signed";
    if (words[0] == "GOODSIG") is_good = true;
    if (words[0] == "EXPKEYSIG") problem = "the key that it is signed by has expired";
    if (words[0] == "EXPSIG") problem = "its signature has expired";
    if (words[0] == "REVKEYSIG") problem = "the key that it is signed by was revoked";
    if (words[0] == "NO_PUBKEY" && words.size() > 1)
      problem = fmt::format("it is signed by the key {}, which is not among those that are trusted",
                            printable(words[1]));
    if (words[0] != "VALIDSIG" || !is_good) continue;
    is_good = false;
    const std::string digest = words.size() > kDigestWord ? words[kDigestWord] : "";
    if (digest == "8" || digest == "9" || digest == "10") // RFC 4880, section 9.4: SHA-2
      has_good = true;
    else
      problem = "its signature is of a digest that can be forged";
  }
  return has_good ? "" : problem;
}

std::string verified_text(const std::string& message, const std::string& name,
                          const SignatureOptions& options, const std::stop_token& stop) {
  if (!is_clear_signed(message))
    throw unverified(name, "it has no InRelease file that is signed as a whole",
                     "Name another archive in the setting sources.deb-mirror.");
  const std::optional<std::string> gpgv = find_program("gpgv", options.program_path);
  if (!gpgv)
    throw unverified(name, "there is no program gpgv",
                     "Install gpgv, of the GNU Privacy Guard, so that it is on the PATH.");
  const Keyrings keyrings(options);
  if (keyrings.files().empty())
    throw unverified(name, fmt::format("there is no keyring {}", join(options.keyrings, " or ")),
                     "Name a file with the archive's keys in the setting sources.deb-keyring.");
  Command command{.argv = {*gpgv, "--quiet", "--status-fd", "2"},
                  .env = {},
                  .cwd = {},
                  .input = message,
                  .output = {}};
  for (const std::string& keyring : keyrings.files())
    command.argv.insert(command.argv.end(), {"--keyring", keyring});
  command.argv.insert(command.argv.end(), {"--output", "-", "-"});
  command.env.set("PATH", options.program_path);
  command.env.set("HOME", options.state_dir);
  command.env.set("LC_ALL", "C");
  command.timeout_s = kVerifySeconds;
  std::string status, text;
  command.output = [&](std::string_view bytes) { status += bytes; };
  command.standard_output = [&](std::string_view bytes) { text += bytes; };
  const ExitStatus ended = run(command, stop);
  if (stop.stop_requested())
    throw Error(ErrorKind::interrupted, "source.stopped", "verifying an index was stopped");
  std::string problem = signature_problem(status);
  if (ended.timed_out || ended.signal != 0) problem = "gpgv ended with " + ended.text();
  if (problem.empty() && !text.empty()) return text;
  Error error(ErrorKind::failed, "debsrc.bad-signature",
              fmt::format("the signature of the index {} is not accepted by {}: {}", name,
                          join(options.keyrings, " or "), problem));
  error.advise({.text = "Somebody may have changed it on the way. If the archive has keys of its "
                        "own, name them in the setting sources.deb-keyring.",
                .verb = {},
                .args = {}});
  throw error;
}

} // namespace hdist
