// Threads of our own, for plans that call no library which has a pool.
#ifndef KLS_THREADS_TEAM_H
#define KLS_THREADS_TEAM_H

#include <stdint.h>

#include "kls_parallel.h"

// As kls_parallel_for; returns 0 without having done anything where the team is taken.
int kls_team_for(int64_t chunks, kls_chunk_fn fn, void *context, int threads);

// Sends the helpers to sleep until the next loop.
void kls_team_rest(void);

#endif
