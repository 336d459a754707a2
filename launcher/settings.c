/* settings.c: see settings.h. */
#include "settings.h"

#include <string.h>

/* ---- INI ---- */

struct words {
  const char* start;
  const char* end;
};

static bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

static struct words trimmed(const char* start, const char* end) {
  while (start < end && is_space(*start))
    ++start;
  while (start < end && is_space(end[-1]))
    --end;
  return (struct words){start, end};
}

static bool same(struct words a, const char* b) {
  size_t size = (size_t)(a.end - a.start);
  return strlen(b) == size && memcmp(a.start, b, size) == 0;
}

static bool copy(struct words from, char to[TEXT_SIZE]) {
  size_t size = (size_t)(from.end - from.start);
  if (size >= TEXT_SIZE) return false;
  memcpy(to, from.start, size);
  to[size] = '\0';
  return true;
}

bool ini_value(const char* text, const char* section, const char* key, char value[TEXT_SIZE],
               int* line) {
  bool found = false;
  bool inside = false;
  if (strncmp(text, "\xef\xbb\xbf", 3) == 0) text += 3; /* byte order mark */
  for (int number = 1; *text != '\0'; ++number) {
    const char* end = text + strcspn(text, "\n");
    struct words content = trimmed(text, end);
    const char* equals = memchr(content.start, '=', (size_t)(content.end - content.start));
    bool is_comment = content.start < content.end && strchr("#;<", *content.start) != NULL;
    if (content.start < content.end && *content.start == '[' && content.end[-1] == ']') {
      inside = same(trimmed(content.start + 1, content.end - 1), section);
    } else if (inside && !is_comment && equals != NULL &&
               same(trimmed(content.start, equals), key)) {
      found = copy(trimmed(equals + 1, content.end), value);
      *line = number;
    }
    text = *end == '\0' ? end : end + 1;
  }
  return found;
}

/* ---- JSON ---- */

enum { MAX_DEPTH = 64 };

static const char* skip_space(const char* at) {
  return at + strspn(at, " \t\r\n");
}

/* Behind the closing quote of the string that starts at `at`; NULL when it is none. */
static const char* skip_string(const char* at) {
  if (*at++ != '"') return NULL;
  for (; *at != '"'; ++at) {
    if (*at == '\\') ++at;
    if (*at == '\0') return NULL;
  }
  return at + 1;
}

static const char* skip_value(const char* at) {
  int depth = 0;
  do {
    at = skip_space(at);
    if (*at == '{' || *at == '[') {
      if (++depth > MAX_DEPTH) return NULL;
      ++at;
    } else if (*at == '}' || *at == ']') {
      --depth;
      ++at;
    } else if (*at == '"') {
      at = skip_string(at);
      if (at == NULL) return NULL;
    } else if (depth > 0 && (*at == ',' || *at == ':')) {
      ++at;
    } else {
      size_t size = strspn(at, "+-.0123456789abcdefghijklmnopqrstuvwxyzE");
      if (size == 0) return NULL;
      at += size;
    }
  } while (depth > 0);
  return at;
}

static int hex_digits(const char* at) {
  int code = 0;
  for (int i = 0; i < 4; ++i) {
    const char* digits = "0123456789abcdef0123456789ABCDEF";
    const char* digit = at[i] == '\0' ? NULL : strchr(digits, at[i]);
    if (digit == NULL) return -1;
    code = code * 16 + (int)((digit - digits) % 16);
  }
  return code;
}

/* The character of "uXXXX" (and of its second half) as UTF-8; behind it, or NULL. */
static const char* decode_unicode(const char* at, char** to) {
  int code = hex_digits(at + 1);
  at += 5;
  if (code >= 0xD800 && code < 0xDC00 && at[-1] != '\0' && at[0] == '\\' && at[1] == 'u') {
    int low = hex_digits(at + 2);
    if (low < 0xDC00 || low > 0xDFFF) return NULL;
    code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    at += 6;
  }
  if (code <= 0 || (code >= 0xD800 && code < 0xE000)) return NULL; /* NUL is no part of a path */
  char* out = *to;
  if (code < 0x80) {
    *out++ = (char)code;
  } else {
    int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    *out++ = (char)((0xFF00 >> (more + 1)) | (code >> (6 * more)));
    while (more-- > 0)
      *out++ = (char)(0x80 | ((code >> (6 * more)) & 0x3F));
  }
  *to = out;
  return at;
}

static bool decode_string(const char* at, char value[TEXT_SIZE]) {
  char* to = value;
  for (++at; *at != '"';) {
    if (to - value >= TEXT_SIZE - 5) return false;
    if (*at != '\\') {
      *to++ = *at++;
      continue;
    }
    ++at;
    if (*at == 'u') {
      at = hex_digits(at + 1) < 0 ? NULL : decode_unicode(at, &to);
      if (at == NULL) return false;
      continue;
    }
    const char* names = "\"\\/bfnrt";
    const char* name = strchr(names, *at++);
    if (name == NULL) return false;
    *to++ = "\"\\/\b\f\n\r\t"[name - names];
  }
  *to = '\0';
  return true;
}

/* Where the value of `key` starts in the object at `at`, or NULL. */
static const char* member(const char* at, const char* key) {
  at = skip_space(at);
  if (*at++ != '{') return NULL;
  for (;;) {
    char name[TEXT_SIZE];
    at = skip_space(at);
    const char* end = skip_string(at);
    if (end == NULL || !decode_string(at, name)) return NULL;
    at = skip_space(end);
    if (*at++ != ':') return NULL;
    at = skip_space(at);
    if (strcmp(name, key) == 0) return at;
    at = skip_value(at);
    if (at == NULL) return NULL;
    at = skip_space(at);
    if (*at++ != ',') return NULL;
  }
}

bool json_value(const char* text, const char* section, const char* key, char value[TEXT_SIZE]) {
  if (section != NULL) text = member(text, section);
  if (text != NULL) text = member(text, key);
  return text != NULL && skip_string(text) != NULL && decode_string(text, value);
}
