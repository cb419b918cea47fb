// How functions are compiled that use the matrix unit, or make tiles for it.
#ifndef KALSAE_SPLIT_TARGET_H
#define KALSAE_SPLIT_TARGET_H

#include "clones.h"

#if defined(__x86_64__) && defined(__linux__)
#define SPLIT_HAS_UNIT 1
#include <immintrin.h>

// Without a least width the compiler halves vectors of 64 bytes.
#define TARGET                                                                            \
    __attribute__((target("arch=x86-64-v4,avx512bf16,amx-tile,amx-bf16,prfchw"), \
        min_vector_width(512)))
#define INLINE TARGET KLS_INLINE
#else
#define SPLIT_HAS_UNIT 0
#endif

#endif
