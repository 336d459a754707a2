#include "net/ca_file.h"

#include <unistd.h>

namespace hdist {

std::string find_ca_file(const Env& env) {
  std::string chosen = env.get_or("SSL_CERT_FILE", "");
  if (!chosen.empty()) return chosen;
  for (const char* file : {
           "/etc/ssl/certs/ca-certificates.crt",                // Debian, Arch, Gentoo
           "/etc/pki/tls/certs/ca-bundle.crt",                  // RHEL, Fedora
           "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", // RHEL 7 and later
           "/etc/ssl/ca-bundle.pem",                            // SUSE
           "/etc/ssl/cert.pem",                                 // Alpine
       })
    if (access(file, R_OK) == 0) return file;
  return {};
}

} // namespace hdist
