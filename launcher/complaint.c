/* complaint.c: see complaint.h. */
#include "complaint.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void write_all(int fd, const char* text) {
  size_t size = strlen(text);
  while (size > 0) {
    ssize_t done = write(fd, text, size);
    if (done <= 0) return;
    text += done;
    size -= (size_t)done;
  }
}

static void make_printable(char* text) {
  for (char* c = text; *c != '\0'; ++c)
    if ((unsigned char)*c < ' ' || *c == '\x7f') *c = '?';
}

/* ---- JSON ---- */

/* How many bytes of `text` are one character of UTF-8; 0: none are. */
static int utf8_length(const char* text) {
  const unsigned char* at = (const unsigned char*)text;
  int length = 0;
  if (at[0] < 0x80)
    length = 1;
  else if (at[0] >= 0xc2 && at[0] < 0xe0)
    length = 2;
  else if (at[0] >= 0xe0 && at[0] < 0xf0)
    length = 3;
  else if (at[0] >= 0xf0 && at[0] < 0xf5)
    length = 4;
  for (int i = 1; i < length; ++i)
    if ((at[i] & 0xc0) != 0x80) return 0;
  if ((at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xed && at[1] >= 0xa0)) return 0;
  if ((at[0] == 0xf0 && at[1] < 0x90) || (at[0] == 0xf4 && at[1] >= 0x90)) return 0;
  return length;
}

/* A text without control characters. What is no UTF-8 becomes U+FFFD. */
static void write_json_text(FILE* to, const char* text) {
  (void)fputc('"', to);
  while (*text != '\0') {
    int length = utf8_length(text);
    if (length == 0) (void)fputs("\\ufffd", to);
    if (*text == '"' || *text == '\\') (void)fputc('\\', to);
    (void)fwrite(text, 1, (size_t)length, to);
    text += length == 0 ? 1 : length;
  }
  (void)fputc('"', to);
}

static void write_json(FILE* to, const struct complaint* complaint) {
  const char* kind = complaint->exit_code == EXIT_REFUSED ? "refused" : "usage";
  (void)fprintf(to, "{\n  \"error\": {\n    \"code\": \"%s\",\n    \"kind\": \"%s\",\n",
                complaint->code, kind);
  (void)fputs("    \"message\": ", to);
  write_json_text(to, complaint->message);
  (void)fputs(",\n    \"while\": [],\n    \"advice\": [", to);
  for (int i = 0; i < MOST_ADVICE && complaint->advice[i][0] != '\0'; ++i) {
    (void)fputs(i == 0 ? "{\"text\": " : ", {\"text\": ", to);
    write_json_text(to, complaint->advice[i]);
    (void)fputs(", \"verb\": null, \"args\": []}", to);
  }
  (void)fputs("]\n  }\n}\n", to);
  (void)fflush(to);
}

int complain(struct complaint* complaint, bool as_json) {
  static char text[MESSAGE_SIZE + 512];
  make_printable(complaint->message);
  for (int i = 0; i < MOST_ADVICE; ++i)
    make_printable(complaint->advice[i]);
  if (as_json) write_json(stdout, complaint);
  (void)snprintf(text, sizeof text, "%s: %s\n", complaint->program, complaint->message);
  write_all(STDERR_FILENO, text);
  for (int i = 0; i < MOST_ADVICE && complaint->advice[i][0] != '\0'; ++i) {
    (void)snprintf(text, sizeof text, "  -> %s\n", complaint->advice[i]);
    write_all(STDERR_FILENO, text);
  }
  return complaint->is_of_run ? EXIT_OF_RUN : complaint->exit_code;
}
