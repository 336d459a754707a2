/* settings.h: one value out of a config file or JSON text, for programs that have libc only.

   The full readers (src/config) check everything and say what is wrong; these only look for one
   value and find nothing in what they cannot read. Where both find a value it is the same one
   (tests/cli/launcher-reads-what-the-program-reads.sh). */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { TEXT_SIZE = 4096 }; /* of a value: a path at most */

/* The value of `key` in [section] of an INI text; `line` is where it stands. */
bool ini_value(const char* text, const char* section, const char* key, char value[TEXT_SIZE],
               int* line);

/* The text at "section": {"key": ...} of a JSON object; of its own "key" when section is NULL. */
bool json_value(const char* text, const char* section, const char* key, char value[TEXT_SIZE]);
