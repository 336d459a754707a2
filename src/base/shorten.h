// shorten.h: messages that a person can read although they quote what has any length.
#pragma once

#include <string>

namespace hdist {

/// Every word (what white space separates) that is longer than 300 bytes has its middle replaced by
/// "[... 4800 bytes ...]", so that about 200 stay; words with a slash, which may be paths, only
/// from 1200 bytes on. A line of more than 8000 bytes is cut in the same way. UTF-8 stays whole.
std::string with_short_words(std::string text);

} // namespace hdist
