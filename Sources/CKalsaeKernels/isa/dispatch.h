// Functions that are compiled once for each ISA level of vectors, and chosen when they are called.
#ifndef KLS_ISA_DISPATCH_H
#define KLS_ISA_DISPATCH_H

#include "kls_isa.h"

// Inlined into each of those versions.
#define KLS_INLINE static inline __attribute__((always_inline))

// The level in force as far as vectors go, KLS_ISA_AVX512 at most; set before main.
extern kls_isa kls_vector_isa;

#if defined(__x86_64__)
// The levels x86-64-v3 and -v4 as lists of features: by the name of v4 clang halves vectors of 64 bytes.
#define KLS_AVX2_FEATURES "avx2,bmi,bmi2,f16c,fma,lzcnt,movbe,popcnt"
#define KLS_AVX2 __attribute__((target(KLS_AVX2_FEATURES)))
#define KLS_AVX512 \
    __attribute__((target(KLS_AVX2_FEATURES ",avx512f,avx512bw,avx512cd,avx512dq,avx512vl")))
// For kernels written with vectors of 64 bytes, whose registers are counted for this processor.
#if defined(__clang__)
#define KLS_AVX512_WIDE __attribute__((target("arch=x86-64-v4"), min_vector_width(512)))
#else
#define KLS_AVX512_WIDE KLS_AVX512
#endif
#endif

// Begins a function whose body follows: KLS_DISPATCH(static, void, name, (int n), (n)) { … }
#define KLS_DISPATCH(STORAGE, RESULT, NAME, PARAMETERS, ARGUMENTS) \
    KLS_DISPATCH_EXPANDED(STORAGE, RESULT, NAME, PARAMETERS, ARGUMENTS)
// Names may be macros, which must be expanded before something is pasted to them.
#if defined(__x86_64__)
#define KLS_DISPATCH_EXPANDED(STORAGE, RESULT, NAME, PARAMETERS, ARGUMENTS) \
    KLS_INLINE RESULT NAME##_body PARAMETERS; \
    KLS_AVX512 static RESULT NAME##_avx512 PARAMETERS { return NAME##_body ARGUMENTS; } \
    KLS_AVX2 static RESULT NAME##_avx2 PARAMETERS { return NAME##_body ARGUMENTS; } \
    static RESULT NAME##_scalar PARAMETERS { return NAME##_body ARGUMENTS; } \
    STORAGE RESULT NAME PARAMETERS { \
        if (kls_vector_isa == KLS_ISA_AVX512) return NAME##_avx512 ARGUMENTS; \
        if (kls_vector_isa == KLS_ISA_AVX2) return NAME##_avx2 ARGUMENTS; \
        return NAME##_scalar ARGUMENTS; \
    } \
    KLS_INLINE RESULT NAME##_body PARAMETERS
#else
#define KLS_DISPATCH_EXPANDED(STORAGE, RESULT, NAME, PARAMETERS, ARGUMENTS) \
    STORAGE RESULT NAME PARAMETERS
#endif

#endif
