#include "pieces.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>

typedef void (*parallel_region)(void (*)(void *), void *, unsigned, unsigned);

static parallel_region region;
static int (*most_threads)(void);
static int (*inside_region)(void);
static pthread_once_t once = PTHREAD_ONCE_INIT;

// OpenMP comes into the process with oneDNN; without it everything runs on the calling thread.
static void find_openmp(void) {
    region = (parallel_region)dlsym(RTLD_DEFAULT, "GOMP_parallel");
    most_threads = (int (*)(void))dlsym(RTLD_DEFAULT, "omp_get_max_threads");
    inside_region = (int (*)(void))dlsym(RTLD_DEFAULT, "omp_in_parallel");
}

typedef struct {
    _Atomic int64_t next;
    int64_t count;
    void *context;
    void (*work)(void *, int64_t);
} queue;

static void take(void *argument) {
    queue *pieces = argument;
    for (;;) {
        int64_t piece = atomic_fetch_add_explicit(&pieces->next, 1, memory_order_relaxed);
        if (piece >= pieces->count) return;
        pieces->work(pieces->context, piece);
    }
}

void kls_pieces(
    int64_t count, int64_t bytes, void *context, void (*work)(void *context, int64_t piece)
) {
    // A parallel region costs about a microsecond, in which one core moves some 16 KB.
    if (count > 1 && bytes >= 64 * 1024) {
        pthread_once(&once, find_openmp);
        if (region && most_threads && inside_region && most_threads() > 1 && !inside_region()) {
            queue pieces = {0, count, context, work};
            region(take, &pieces, 0, 0);
            return;
        }
    }
    for (int64_t piece = 0; piece < count; piece++) work(context, piece);
}
