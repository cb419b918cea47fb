// Parallel loops on the OpenMP pool that the process already has.
#ifndef KLS_PARALLEL_H
#define KLS_PARALLEL_H

#include <stdint.h>

// Work on the chunks begin ..< end.
typedef void (*kls_chunk_fn)(int64_t begin, int64_t end, void *context);

// Splits 0 ..< chunks into contiguous ranges over at most `threads` threads and waits for all.
// Serial when `threads` is 1 or the process has no OpenMP runtime.
void kls_parallel_for(int64_t chunks, kls_chunk_fn fn, void *context, int threads);

// Whether a second thread can be had at all.
int kls_has_threads(void);

// Cores that this process may run on.
int kls_core_count(void);

#endif
