// Work cut into pieces that the threads of oneDNN's OpenMP pool take one after the other.
#ifndef KLS_THREADS_PIECES_H
#define KLS_THREADS_PIECES_H

#include <stdint.h>

// Calls work(context, piece) once for each piece in 0..<count, in any order, on several threads
// when bytes, an estimate of the memory that the whole moves, makes that worth it.
// A piece must not depend on which thread runs it: results are then the same for any number.
void kls_pieces(
    int64_t count, int64_t bytes, void *context, void (*work)(void *context, int64_t piece));

// How many threads the calling thread's loops may use: 1 inside a parallel region.
int kls_max_threads(void);

#endif
