// Parallel loops on a team of own threads, or on the OpenMP pool that the process already has.
#ifndef KLS_PARALLEL_H
#define KLS_PARALLEL_H

#include <stdbool.h>
#include <stdint.h>

// Work on the chunks begin ..< end.
typedef void (*kls_chunk_fn)(int64_t begin, int64_t end, void *context);

// Splits 0 ..< chunks into contiguous ranges over at most `threads` threads and waits for all; a
// chunk must not depend on which thread does it. Serial when `threads` is 1 or no thread is free.
void kls_parallel_for(int64_t chunks, kls_chunk_fn fn, void *context, int threads);

// Whether the calling thread's loops run on the OpenMP pool, as they should in between calls of a
// library that uses it; by default they do not.
void kls_share_openmp(bool share);

// Whether that pool's threads go on spinning after a region, as they do unless GOMP_SPINCOUNT or
// OMP_WAIT_POLICY forbid it.
bool kls_openmp_spins(void);

// To be called before a library that has a pool of its own.
void kls_before_library(void);

// Cores that this process may run on.
int kls_core_count(void);

#endif
