#ifndef CKALSAE_HTTP_H
#define CKALSAE_HTTP_H

#include <stddef.h>

/// What is asked for.
typedef struct {
    /// http or https.
    const char *url;
    /// The first byte that is wanted; a server may give all of them all the same.
    long long offset;
    /// Takes bytes of the body with the status of the answer and its length from there on, -1 where
    /// that is not known; anything but 0 ends the request.
    int (*body)(void *context, long status, long long length, const char *bytes, size_t count);
    void *context;
} khttp_request;

/// How a request ended.
enum { khttp_ok = 0, khttp_failed = 1, khttp_stopped = 2, khttp_no_library = 3 };

/// Does a GET request, over redirects, and waits for its end. `status` is that of the last answer, 0
/// where there was none; `message` says what failed.
int khttp_get(const khttp_request *request, long *status, char *message, size_t capacity);

#endif
