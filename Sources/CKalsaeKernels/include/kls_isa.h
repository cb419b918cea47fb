// The ISA level: the one place that decides which instructions the kernels use.
#ifndef KLS_ISA_H
#define KLS_ISA_H

#include <stdint.h>

// In rising order; each level has the instructions of those below it.
typedef enum {
    KLS_ISA_SCALAR,                  // what every processor of the architecture has: SSE2 or NEON
    KLS_ISA_AVX2,                    // x86-64-v3: AVX2, FMA, F16C
    KLS_ISA_AVX512,                  // x86-64-v4: AVX-512 F, BW, CD, DQ, VL
    KLS_ISA_AMX,                     // x86-64-v4 with tiles of bfloat16
} kls_isa;

// What became of the request in KALSAE_ISA.
typedef enum {
    KLS_ISA_GRANTED,                 // or nothing was asked for
    KLS_ISA_UNKNOWN,                 // not the name of a level
    KLS_ISA_LACKING,                 // more than kls_best_isa
} kls_isa_answer;

// The highest level that the processor and the system allow.
kls_isa kls_best_isa(void);
// The level in force: that of KALSAE_ISA if it was granted, else the best. It never changes.
kls_isa kls_isa_level(void);
kls_isa_answer kls_isa_request(void);

// How often, since the process began, a part of a product was left to vectors because an
// operand had values that tiles of bfloat16 do not carry: infinities, NaN, numbers below 2^-103.
int64_t kls_amx_fallbacks(void);

#endif
