// The microkernel of each ISA level.
#include "microkernel.h"

#include <stddef.h>
#include <string.h>

#include "../isa/dispatch.h"

// Keeps the compiler from deriving a value again, each time in a register of its own.
#define HIDE(value) __asm__("" : "+r"(value))

#if defined(__x86_64__)
#define FOR_ISA(x) x##_avx512
#define TARGET KLS_AVX512_WIDE
#define LANES 16
#define MR 14
#include "microkernel_template.h"
#include "edge_template.h"

#define FOR_ISA(x) x##_avx2
#define TARGET KLS_AVX2
#define LANES 8
#define MR 6
#include "microkernel_template.h"
#include "edge_template.h"
#endif

#define FOR_ISA(x) x##_scalar
#define TARGET
#define LANES 4
#define MR 6
#include "microkernel_template.h"
#include "edge_template.h"

const microkernel *kls_microkernel_at(kls_isa level) {
#if defined(__x86_64__)
    static const microkernel avx512 = {run_avx512, edge_avx512, 16, 14};
    static const microkernel avx2 = {run_avx2, edge_avx2, 8, 6};
    if (level >= KLS_ISA_AVX512) return &avx512;
    if (level == KLS_ISA_AVX2) return &avx2;
#endif
    static const microkernel scalar = {run_scalar, edge_scalar, 4, 6};
    return &scalar;
}

const microkernel *kls_microkernel(void) { return kls_microkernel_at(kls_vector_isa); }
