#define _GNU_SOURCE
#include "tasks.h"

#include <dlfcn.h>
#include <pthread.h>

#include "kls_parallel.h"

// To wake a thread costs up to a microsecond, in which a core moves some 16 KB.
enum { BYTES_OF_THREAD = 32 * 1024 };

static int (*omp_max_threads)(void);
static int (*inside_region)(void);
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void find_openmp(void) {
    omp_max_threads = (int (*)(void))dlsym(RTLD_DEFAULT, "omp_get_max_threads");
    inside_region = (int (*)(void))dlsym(RTLD_DEFAULT, "omp_in_parallel");
}

typedef struct {
    void *context;
    void (*work)(void *, int64_t);
} queue;

// Neighbors go to one thread: what lies near them is in its cache from the instruction before.
static void take(int64_t begin, int64_t end, void *argument) {
    const queue *tasks = argument;
    for (int64_t task = begin; task < end; task++) tasks->work(tasks->context, task);
}

int kls_max_threads(void) {
    pthread_once(&once, find_openmp);
    return omp_max_threads && inside_region && !inside_region() ? omp_max_threads() : 1;
}

void kls_run_tasks(
    int64_t count, int64_t bytes, void *context, void (*work)(void *context, int64_t task)
) {
    const int64_t worth = bytes / BYTES_OF_THREAD;
    if (count > 1 && worth > 1) {
        const int most = kls_max_threads(), threads = worth < most ? (int)worth : most;
        if (threads > 1) {
            queue tasks = {context, work};
            kls_parallel_for(count, take, &tasks, threads);
            return;
        }
    }
    for (int64_t task = 0; task < count; task++) work(context, task);
}
