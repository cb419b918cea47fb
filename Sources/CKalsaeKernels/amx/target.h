// How functions are compiled that use AMX tiles, or make limbs.
#ifndef KLS_AMX_TARGET_H
#define KLS_AMX_TARGET_H

#include "../isa/dispatch.h"
#include "tile_shapes.h"

#if defined(__x86_64__) && defined(__linux__)
#define KLS_HAS_AMX 1
#include <immintrin.h>

#if defined(KLS_EMULATE_AMX)
#include "emulation.h"
#define TARGET KLS_AVX512_WIDE
#else
// Without a least width the compiler halves vectors of 64 bytes.
#define TARGET                                                                            \
    __attribute__((target("arch=x86-64-v4,avx512bf16,amx-tile,amx-bf16,prfchw"), \
        min_vector_width(512)))
#endif
#define INLINE TARGET KLS_INLINE
#else
#define KLS_HAS_AMX 0
#endif

#endif
