#define _GNU_SOURCE
#include "tasks.h"

#include <dlfcn.h>
#include <pthread.h>

#include "kls_parallel.h"

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
    // A parallel region costs about a microsecond, in which one core moves some 16 KB.
    if (count > 1 && bytes >= 64 * 1024) {
        const int threads = kls_max_threads();
        if (threads > 1) {
            queue tasks = {context, work};
            kls_parallel_for(count, take, &tasks, threads);
            return;
        }
    }
    for (int64_t task = 0; task < count; task++) work(context, task);
}
