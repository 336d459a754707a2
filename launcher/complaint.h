/* complaint.h: what the launching stage says when it cannot go on: text on standard error, and with
   --json the same as a document on standard output (docs/json-output.md). */
#pragma once

#include <limits.h>
#include <stdbool.h>

enum {
  EXIT_USAGE = 2,
  EXIT_REFUSED = 3,
  EXIT_OF_RUN = 125,
  MESSAGE_SIZE = PATH_MAX * 8,
  MOST_ADVICE = 2
};

struct complaint {
  const char* program; /* what the user calls it */
  const char* code;    /* stable, "launch.untrusted" */
  int exit_code;       /* EXIT_USAGE or EXIT_REFUSED */
  bool is_of_run;      /* of the command `run`, whose own failures end with EXIT_OF_RUN */
  char message[MESSAGE_SIZE];
  char advice[MOST_ADVICE][MESSAGE_SIZE]; /* each a sentence; empty: none */
};

/* Control characters are replaced in both forms: a file name moves no cursor. Returns the exit
   code. */
int complain(struct complaint* complaint, bool as_json);
