// Parallel loops: on the own team, or through GOMP_parallel, found at run time, where a plan also
// calls oneDNN and its pool spins: two pools in one plan would fight for the cores.
#define _GNU_SOURCE
#include "kls_parallel.h"
#include <dlfcn.h>
#include <pthread.h>
#include <sched.h>
#include <stddef.h>
#include <stdlib.h>
#include <strings.h>

#include "team.h"

// Of about 50 ns each: its threads sleep soon after a call.
enum { FEW_SPINS = 1000 };

typedef void (*region_fn)(void (*body)(void *), void *data, unsigned threads, unsigned flags);
typedef int (*count_fn)(void);

static pthread_once_t once = PTHREAD_ONCE_INIT;
static region_fn gomp_parallel;
static count_fn thread_number, team_size;

static void find_runtime(void) {
    thread_number = (count_fn)dlsym(RTLD_DEFAULT, "omp_get_thread_num");
    team_size = (count_fn)dlsym(RTLD_DEFAULT, "omp_get_num_threads");
    if (thread_number != NULL && team_size != NULL) {
        gomp_parallel = (region_fn)dlsym(RTLD_DEFAULT, "GOMP_parallel");
    }
}

static _Thread_local bool shares_openmp;

void kls_share_openmp(bool share) { shares_openmp = share; }

bool kls_openmp_spins(void) {
    const char *policy = getenv("OMP_WAIT_POLICY"), *spins = getenv("GOMP_SPINCOUNT");
    if (spins != NULL) return strtoull(spins, NULL, 10) > FEW_SPINS;
    return policy == NULL || strcasecmp(policy, "passive") != 0;
}

void kls_before_library(void) { kls_team_rest(); }

typedef struct {
    int64_t chunks;
    kls_chunk_fn fn;
    void *context;
} region;

static void body(void *data) {
    const region *r = data;
    // The team may be smaller than was asked for.
    int64_t me = thread_number(), team = team_size();
    int64_t share = r->chunks / team, more = r->chunks % team;
    int64_t begin = me * share + (me < more ? me : more);
    int64_t end = begin + share + (me < more);
    if (begin < end) r->fn(begin, end, r->context);
}

static bool has_openmp(void) {
    pthread_once(&once, find_runtime);
    return gomp_parallel != NULL;
}

void kls_parallel_for(int64_t chunks, kls_chunk_fn fn, void *context, int threads) {
    if (threads > chunks) threads = (int)chunks;
    if (threads > 1 && !shares_openmp && kls_team_for(chunks, fn, context, threads)) return;
    if (threads <= 1 || !shares_openmp || !has_openmp()) {
        if (chunks > 0) fn(0, chunks, context);
        return;
    }
    region r = { chunks, fn, context };
    gomp_parallel(body, &r, (unsigned)threads, 0);
}

int kls_core_count(void) {
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}
