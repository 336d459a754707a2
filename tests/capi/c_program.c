/* The C interface from C, as docs/capi.md shows it: run in an empty folder, which is the home. */
#include <hashdist.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void show(void* context, const char* event) {
  ++*(int*)context;
  fprintf(stderr, "%s\n", event);
}

/* Prints an answer; 0 when it is a result that contains `wanted`. */
static int check(char* answer, const char* wanted) {
  int bad =
      answer == NULL || strncmp(answer, "{\"result\":", 10) != 0 || strstr(answer, wanted) == NULL;
  printf("%s\n", answer == NULL ? "no memory" : answer);
  hashdist_free(answer);
  return bad;
}

int main(void) {
  char home[4096];
  if (getcwd(home, sizeof home) == NULL || setenv("HDIST_HOME", home, 1) != 0) return 1;
  int events = 0;
  hashdist_session* session = NULL;
  int bad = check(hashdist_open("{\"jobs\": 1}", show, &events, &session), "\"version\"");
  if (session == NULL) return 1;
  FILE* file = fopen("data.txt", "w");
  if (file == NULL || fputs("content", file) < 0 || fclose(file) != 0) return 1;
  bad |= check(hashdist_call(session, "fetch", "{\"sources\": [{\"url\": \"data.txt\"}]}"),
               "\"key\":\"file:");
  bad |= check(hashdist_call(session, "build",
                             "{\"spec\": {\"name\": \"tool\", \"build\": {\"commands\": "
                             "[{\"cmd\": [\"/bin/sh\", \"-c\", \"echo made > $ARTIFACT/x\"]}]}}}"),
               "\"failure\":null");
  bad |= check(hashdist_call(session, "resolve", "{\"artifact\": \"tool\"}"), "\"path\":\"/");
  hashdist_close(session);
  return bad || events == 0;
}
