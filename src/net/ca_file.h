// ca_file.h: the certificates of authorities that this host trusts.
#pragma once

#include "base/env.h"

#include <string>

namespace hdist {

/// SSL_CERT_FILE when it is set, else the first that exists of the places that distributions use,
/// else "". A program that is carried to another distribution cannot rely on the place its libcurl
/// was built for.
std::string find_ca_file(const Env& env);

} // namespace hdist
