// Loops over chunks: each chunk exactly once, on the own team, on OpenMP, nested and side by side.
#include <pthread.h>
#include <stdatomic.h>

#include "harness.h"
#include "kls_parallel.h"
#include "threads/tasks.h"

enum { MOST_CHUNKS = 1000 };
typedef struct {
    _Atomic int seen[MOST_CHUNKS];
    int64_t chunks;
    bool nests;
} tally;

static void count_chunks(int64_t begin, int64_t end, void *context) {
    tally *t = context;
    for (int64_t i = begin; i < end; i++) atomic_fetch_add(&t->seen[i], 1);
}

static void count_nested(int64_t begin, int64_t end, void *context) {
    tally *t = context;
    for (int64_t i = begin; i < end; i++) {
        tally inner = {.chunks = 7};
        kls_parallel_for(7, count_chunks, &inner, 2);
        int right = 0;
        for (int64_t j = 0; j < 7; j++) right += inner.seen[j] == 1;
        atomic_fetch_add(&t->seen[i], right == 7);
    }
}

static bool covers(tally *t, int threads) {
    memset((void *)t->seen, 0, sizeof t->seen);
    kls_parallel_for(t->chunks, t->nests ? count_nested : count_chunks, t, threads);
    for (int64_t i = 0; i < MOST_CHUNKS; i++)
        if (t->seen[i] != (i < t->chunks)) return false;
    return true;
}

static void try_all(const char *pool) {
    static tally t;
    static const int64_t chunks[] = {0, 1, 2, 3, 5, 16, 63, 1000};
    for (int threads = 0; threads <= 5; threads++)
        for (int i = 0; i < COUNT_OF(chunks); i++) {
            t.chunks = chunks[i];
            t.nests = false;
            check(covers(&t, threads), "%s: %lld chunks on %d threads", pool, (long long)chunks[i],
                  threads);
            t.nests = true;
            if (chunks[i] <= 16)
                check(covers(&t, threads), "%s: %lld nested on %d", pool, (long long)chunks[i],
                      threads);
        }
}

static void *beside(void *result) {
    tally t = {.chunks = 40};
    int wrong = 0;
    for (int round = 0; round < 300; round++) wrong += !covers(&t, 3);
    *(int *)result = wrong;
    return NULL;
}

static void count_task(void *context, int64_t task) {
    atomic_fetch_add(&((tally *)context)->seen[task], 1);
}

void test_parallel(void) {
    try_all("team");
    static tally t;
    t.chunks = 9;
    int wrong = 0;
    for (int round = 0; round < 2000; round++) wrong += !covers(&t, 2 + round % 3);
    check(wrong == 0, "rounds one after the other: %d wrong", wrong);
    // One has the team, the others do their work alone.
    pthread_t threads[3];
    int results[3] = {-1, -1, -1};
    for (int i = 0; i < 3; i++)
        if (pthread_create(&threads[i], NULL, beside, &results[i]) != 0)
            give_up("expected a thread, got none");
    for (int i = 0; i < 3; i++) {
        pthread_join(threads[i], NULL);
        check(results[i] == 0, "callers side by side: %d wrong", results[i]);
    }
    openmp_regions = 0;
    kls_share_openmp(true);
    try_all("OpenMP");
    check(openmp_regions > 0, "this program's OpenMP functions are found");
    kls_share_openmp(false);
    for (openmp_threads = 1; openmp_threads <= 4; openmp_threads++) {
        memset((void *)t.seen, 0, sizeof t.seen);
        check(kls_max_threads() == openmp_threads, "most threads of %d", openmp_threads);
        kls_run_tasks(101, 1 << 20, &t, count_task);
        int right = 0;
        for (int i = 0; i < MOST_CHUNKS; i++) right += t.seen[i] == (i < 101);
        check(right == MOST_CHUNKS, "tasks on %d threads", openmp_threads);
    }
    // Each thread must have work that is worth its waking.
    kls_share_openmp(true);
    openmp_threads = 16;
    static const int64_t worth[][2] = {{32 << 10, 1}, {64 << 10, 2}, {256 << 10, 8}, {1 << 20, 16}};
    for (int i = 0; i < COUNT_OF(worth); i++) {
        openmp_most = 1;
        kls_run_tasks(101, worth[i][0], &t, count_task);
        check(openmp_most == worth[i][1], "%lld bytes on %d threads", (long long)worth[i][0], openmp_most);
    }
    kls_share_openmp(false);
    openmp_threads = 1;
    check(kls_core_count() >= 1, "at least one core");
}
