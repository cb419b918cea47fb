// A team that waits for work for some microseconds awake, then asleep, and whose work the caller
// takes over where a helper does not come: beside other busy processes a step must not wait for
// one that has no core.
#define _GNU_SOURCE
#include "team.h"

#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum {
    THREADS_MAX = 64,         // threads of a region, the caller's included
    PATIENCE = 50 * 1000,     // nanoseconds awake
};

// The gate: the region's number above, whether it is open, whether the caller sleeps until the
// last helper has left, and how many helpers are inside.
#define OPEN ((uint64_t)1 << 31)
#define AWAITED ((uint64_t)1 << 30)
#define INSIDE (AWAITED - 1)
#define NUMBER ((uint64_t)1 << 32)

// The chunks that a thread has not begun: first in the low half, end in the high one.
typedef struct {
    _Alignas(64) _Atomic uint64_t left;
} share;

static struct {
    _Alignas(64) _Atomic uint64_t gate;
    _Alignas(64) _Atomic uint32_t bell;
    _Atomic uint32_t sleepers;
    _Alignas(64) _Atomic int taken;
    _Atomic int cpu;          // where the caller runs
    _Atomic int resting;      // somebody else needs the cores
    cpu_set_t cpus;           // where helpers may run
    int helpers;              // threads that exist; changed by the caller that has the team
    int threads;
    kls_chunk_fn fn;
    void *context;
    share shares[THREADS_MAX];
} team;

static void wait_while(_Atomic uint32_t *word, uint32_t value) {
    syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
}

static void wake(_Atomic uint32_t *word, int count) {
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, count, NULL, NULL, 0);
}

static _Atomic uint32_t *low_half(_Atomic uint64_t *word) {
    return (_Atomic uint32_t *)word + (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? 0 : 1);
}

static inline void relax(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

// Half of what a share has left: from its front for the owner, from its back for others.
static int claim(share *from, int owner, int64_t *begin, int64_t *end) {
    uint64_t left = atomic_load_explicit(&from->left, memory_order_relaxed);
    for (;;) {
        const uint32_t first = (uint32_t)left, last = (uint32_t)(left >> 32);
        if (first >= last) return 0;
        const uint32_t count = (last - first + 1) / 2;
        const uint32_t to = owner ? first + count : last, at = owner ? first : last - count;
        const uint64_t rest = owner ? (uint64_t)last << 32 | to : (uint64_t)at << 32 | first;
        if (atomic_compare_exchange_weak_explicit(
                &from->left, &left, rest, memory_order_acq_rel, memory_order_relaxed)) {
            *begin = at;
            *end = to;
            return 1;
        }
    }
}

static void work(int me) {
    int64_t begin, end;
    for (int i = 0; i < team.threads; i++) {
        const int whose = (me + i) % team.threads;
        while (claim(&team.shares[whose], i == 0, &begin, &end)) {
            team.fn(begin, end, team.context);
        }
    }
}

// A helper on the caller's core would take its time instead of giving it more.
static void keep_away(void) {
    const int cpu = atomic_load_explicit(&team.cpu, memory_order_relaxed);
    if (cpu < 0 || cpu >= CPU_SETSIZE || sched_getcpu() != cpu) return;
    cpu_set_t others = team.cpus;
    CPU_CLR(cpu, &others);
    if (CPU_COUNT(&others) > 0) sched_setaffinity(0, sizeof others, &others);
}

static void *help(void *argument) {
    const int me = (int)(intptr_t)argument;
    uint64_t done = 0;
    int64_t since = now();
    for (unsigned round = 1;; round++) {
        uint64_t gate = atomic_load_explicit(&team.gate, memory_order_acquire);
        if ((gate & OPEN) && gate / NUMBER != done) {
            if (!atomic_compare_exchange_strong(&team.gate, &gate, gate + 1)) continue;
            done = gate / NUMBER;
            keep_away();
            if (me < team.threads) work(me);
            gate = atomic_fetch_sub(&team.gate, 1) - 1;
            if ((gate & AWAITED) && (gate & INSIDE) == 0) wake(low_half(&team.gate), 1);
            since = now();
            continue;
        }
        relax();
        if (round % 32 != 0) continue;
        const int rests = atomic_load_explicit(&team.resting, memory_order_relaxed);
        if (!rests && now() - since < PATIENCE) continue;
        atomic_fetch_add(&team.sleepers, 1);
        const uint32_t heard = atomic_load(&team.bell);
        gate = atomic_load(&team.gate);
        if (!(gate & OPEN) || gate / NUMBER == done) wait_while(&team.bell, heard);
        atomic_fetch_sub(&team.sleepers, 1);
        since = now();
    }
    return NULL;
}

static void hire(int wanted) {
    if (team.helpers >= wanted) return;
    sched_getaffinity(0, sizeof team.cpus, &team.cpus);
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, 4 << 20);
    while (team.helpers < wanted) {
        pthread_t thread;
        void *number = (void *)(intptr_t)(team.helpers + 1);
        if (pthread_create(&thread, &attributes, help, number) != 0) break;
        team.helpers++;
    }
    pthread_attr_destroy(&attributes);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

int kls_team_for(int64_t chunks, kls_chunk_fn fn, void *context, int threads) {
    if (threads > THREADS_MAX) threads = THREADS_MAX;
    if (chunks > INT_MAX) return 0;
    if (atomic_exchange_explicit(&team.taken, 1, memory_order_acquire)) return 0;
    atomic_store_explicit(&team.cpu, sched_getcpu(), memory_order_relaxed);
    atomic_store_explicit(&team.resting, 0, memory_order_relaxed);
    hire(threads - 1);
    team.threads = threads;
    team.fn = fn;
    team.context = context;
    uint64_t begin = 0;
    for (int i = 0; i < threads; i++) {
        const uint64_t end = (uint64_t)(chunks * (i + 1) / threads);
        atomic_store_explicit(&team.shares[i].left, end << 32 | begin, memory_order_relaxed);
        begin = end;
    }
    const uint64_t number = atomic_load_explicit(&team.gate, memory_order_relaxed) / NUMBER + 1;
    atomic_store_explicit(&team.gate, number * NUMBER | OPEN, memory_order_release);
    atomic_fetch_add(&team.bell, 1);
    if (atomic_load(&team.sleepers) > 0) wake(&team.bell, INT_MAX);
    work(0);
    uint64_t gate = atomic_fetch_and(&team.gate, ~OPEN) & ~OPEN;
    int64_t since = 0;
    for (unsigned round = 1; (gate & INSIDE) != 0; round++) {
        relax();
        gate = atomic_load_explicit(&team.gate, memory_order_acquire);
        if (round % 32 != 0 || (gate & INSIDE) == 0) continue;
        if (since == 0) since = now();
        if (now() - since < PATIENCE) continue;
        gate = atomic_fetch_or(&team.gate, AWAITED) | AWAITED;
        while ((gate & INSIDE) != 0) {
            wait_while(low_half(&team.gate), (uint32_t)gate);
            gate = atomic_load_explicit(&team.gate, memory_order_acquire);
        }
    }
    atomic_store_explicit(&team.taken, 0, memory_order_release);
    return 1;
}

void kls_team_rest(void) { atomic_store_explicit(&team.resting, 1, memory_order_relaxed); }
