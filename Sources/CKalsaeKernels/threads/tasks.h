// Parallel loops over independent tasks, for kernels that are called without a plan.
#ifndef KLS_THREADS_TASKS_H
#define KLS_THREADS_TASKS_H

#include <stdint.h>

// Calls work(context, task) once for each task in 0..<count, in any order, on several threads
// when bytes, an estimate of the memory that the whole moves, makes that worth it.
// A task must not depend on which thread runs it: results are then the same for any number.
void kls_run_tasks(
    int64_t count, int64_t bytes, void *context, void (*work)(void *context, int64_t task));

// How many threads the calling thread's loops may use: 1 inside a parallel region.
int kls_max_threads(void);

#endif
