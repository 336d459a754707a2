/* hashdist.h: the C interface: a session, and one call over the table of operations, JSON in and
 * out. */
#ifndef HASHDIST_H
#define HASHDIST_H

#ifdef __cplusplus
extern "C" {
#endif

/* Raised when a program that was compiled for an older number would no longer work. */
#define HASHDIST_ABI 1

#define HASHDIST_API __attribute__((visibility("default")))

/* Settings, stores and who listens. One call at a time: a second thread that calls waits for the
   first. For work at the same time open a session for each thread; sessions share the stores alone.
   After fork() the child opens its own. */
typedef struct hashdist_session hashdist_session; /* NOLINT(modernize-use-using): C */

/* Told of each event, JSON in UTF-8, while a call of the session runs; by any thread, one event at
   a time. `event` is gone when it returns. It may call hashdist_cancel(), nothing else of the
   session. */
typedef void hashdist_listener(void* context, const char* event); /* NOLINT(modernize-use-using) */

/* All texts are UTF-8. An answer is {"result": {...}} or {"error": {"code", "kind", "message",
   "while", "advice"}}; the caller frees it with hashdist_free(). It is NULL only when memory is
   short. docs/json-output.md has the operations, errors and events, docs/capi.md the options. */

/* *session is NULL when the answer is an error. options may be NULL, which is {}; on_event, too. */
HASHDIST_API char* hashdist_open(const char* options, hashdist_listener* on_event, void* context,
                                 hashdist_session** session);

/* hashdist_call(session, "resolve", "{\"artifact\": \"zlib\"}"); request may be NULL, which is {}.
 */
HASHDIST_API char* hashdist_call(hashdist_session* session, const char* operation,
                                 const char* request);

/* What runs or waits in the session ends soon with an error of kind "interrupted". Later calls are
   not concerned. From any thread, not from a signal handler. */
HASHDIST_API void hashdist_cancel(hashdist_session* session);

/* Cancels, waits for the end of what runs, and frees. No other thread may begin a call meanwhile.
 */
HASHDIST_API void hashdist_close(hashdist_session* session);

HASHDIST_API void hashdist_free(char* answer);

#ifdef __cplusplus
}
#endif

#endif
