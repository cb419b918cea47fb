// The inner loops of the float32 product, once for each level of the processor.
#include "microkernel.h"

#include <stddef.h>
#include <string.h>

#include "../isa/dispatch.h"

// Keeps the compiler from deriving a value again, each time in a register of its own.
#define HIDE(value) __asm__("" : "+r"(value))

#if defined(__x86_64__)
#define LEVEL(x) x##_avx512
#define TARGET KLS_AVX512_WIDE
#define LANES 16
#define TALL 14
#include "microkernel_template.h"

#define LEVEL(x) x##_avx2
#define TARGET KLS_AVX2
#define LANES 8
#define TALL 6
#include "microkernel_template.h"
#endif

#define LEVEL(x) x##_scalar
#define TARGET
#define LANES 4
#define TALL 6
#include "microkernel_template.h"

const product_level *kls_product_level(void) {
#if defined(__x86_64__)
    static const product_level avx512 = {run_avx512, few_avx512, 16, 14};
    static const product_level avx2 = {run_avx2, few_avx2, 8, 6};
    if (kls_vector_isa == KLS_ISA_AVX512) return &avx512;
    if (kls_vector_isa == KLS_ISA_AVX2) return &avx2;
#endif
    static const product_level scalar = {run_scalar, few_scalar, 4, 6};
    return &scalar;
}
