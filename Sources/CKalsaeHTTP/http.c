#include "CKalsaeHTTP.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

// libcurl's ABI, which is stable since 2000: numbers of curl.h, so that no header is needed to build.
typedef void curl_handle;

enum {
    option_long = 0,
    option_pointer = 10000,
    option_function = 20000,
    option_write_data = option_pointer + 1,
    option_url = option_pointer + 2,
    option_range = option_pointer + 7,
    option_error_buffer = option_pointer + 10,
    option_write_function = option_function + 11,
    option_user_agent = option_pointer + 18,
    option_low_speed_limit = option_long + 19,
    option_low_speed_time = option_long + 20,
    option_follow_location = option_long + 52,
    option_most_redirects = option_long + 68,
    option_connect_timeout = option_long + 78,
    option_no_signal = option_long + 99,
    option_protocols = option_long + 181,
    option_redirect_protocols = option_long + 182,
    info_response_code = 0x200000 + 2,
    info_content_length = 0x600000 + 15,
    protocols_http = 3,
    error_size = 256,
};

static struct {
    int (*global_init)(long);
    curl_handle *(*init)(void);
    int (*set)(curl_handle *, int, ...);
    int (*perform)(curl_handle *);
    int (*info)(curl_handle *, int, ...);
    void (*cleanup)(curl_handle *);
    const char *(*text)(int);
    int is_ready;
} curl;

static void load(void) {
    static const char *const names[] = {
        "libcurl.so.4", "libcurl-gnutls.so.4", "libcurl-nss.so.4", "libcurl.so",
    };
    void *library = NULL;
    for (size_t i = 0; i < sizeof names / sizeof *names && !library; i++)
        library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    if (!library) return;
    *(void **)&curl.global_init = dlsym(library, "curl_global_init");
    *(void **)&curl.init = dlsym(library, "curl_easy_init");
    *(void **)&curl.set = dlsym(library, "curl_easy_setopt");
    *(void **)&curl.perform = dlsym(library, "curl_easy_perform");
    *(void **)&curl.info = dlsym(library, "curl_easy_getinfo");
    *(void **)&curl.cleanup = dlsym(library, "curl_easy_cleanup");
    *(void **)&curl.text = dlsym(library, "curl_easy_strerror");
    curl.is_ready = curl.global_init && curl.init && curl.set && curl.perform && curl.info
        && curl.cleanup && curl.text && curl.global_init(3) == 0;
}

typedef struct {
    const khttp_request *request;
    curl_handle *handle;
    int is_stopped;
} transfer;

static size_t take(char *bytes, size_t size, size_t count, void *context) {
    transfer *own = context;
    long status = 0;
    long long length = -1;
    curl.info(own->handle, info_response_code, &status);
    curl.info(own->handle, info_content_length, &length);
    if (own->request->body(own->request->context, status, length, bytes, size * count)) {
        own->is_stopped = 1;
        return 0;
    }
    return size * count;
}

int khttp_get(const khttp_request *request, long *status, char *message, size_t capacity) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    *status = 0;
    snprintf(message, capacity, "no libcurl");
    if (!curl.is_ready) return khttp_no_library;
    curl_handle *handle = curl.init();
    if (!handle) return khttp_no_library;
    transfer own = {request, handle, 0};
    char error[error_size] = "", range[32];
    curl.set(handle, option_url, request->url);
    curl.set(handle, option_error_buffer, error);
    curl.set(handle, option_write_function, take);
    curl.set(handle, option_write_data, &own);
    curl.set(handle, option_user_agent, "kalsae");
    curl.set(handle, option_no_signal, 1L);
    curl.set(handle, option_follow_location, 1L);
    curl.set(handle, option_most_redirects, 8L);
    curl.set(handle, option_protocols, (long)protocols_http);
    curl.set(handle, option_redirect_protocols, (long)protocols_http);
    curl.set(handle, option_connect_timeout, 20L);
    // A server that sends nothing for half a minute is gone.
    curl.set(handle, option_low_speed_limit, 1L);
    curl.set(handle, option_low_speed_time, 30L);
    if (request->offset > 0) {
        snprintf(range, sizeof range, "%lld-", request->offset);
        curl.set(handle, option_range, range);
    }
    int code = curl.perform(handle);
    curl.info(handle, info_response_code, status);
    snprintf(message, capacity, "%s", error[0] ? error : curl.text(code));
    curl.cleanup(handle);
    if (own.is_stopped) return khttp_stopped;
    return code == 0 ? khttp_ok : khttp_failed;
}
