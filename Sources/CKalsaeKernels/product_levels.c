// The inner loops of the float32 product, once for each level of the processor.
#include "product_levels.h"

#include <stddef.h>
#include <string.h>

#include "clones.h"

// Keeps the compiler from deriving a value again, each time in a register of its own.
#define HIDE(value) __asm__("" : "+r"(value))

#if defined(__x86_64__)
#define LEVEL(x) x##_v4
// Without a least width the compiler halves vectors of 64 bytes.
#define TARGET __attribute__((target("arch=x86-64-v4"), min_vector_width(512)))
#define LANES 16
#define TALL 14
#include "product_template.h"

#define LEVEL(x) x##_v3
#define TARGET __attribute__((target("arch=x86-64-v3")))
#define LANES 8
#define TALL 6
#include "product_template.h"
#endif

#define LEVEL(x) x##_base
#define TARGET
#define LANES 4
#define TALL 6
#include "product_template.h"

const product_level *kls_product_level(void) {
    static const product_level base = {run_base, few_base, 4, 6};
#if defined(__x86_64__)
    static const product_level v4 = {run_v4, few_v4, 16, 14}, v3 = {run_v3, few_v3, 8, 6};
    __builtin_cpu_init();
    if (__builtin_cpu_supports("x86-64-v4")) return &v4;
    if (__builtin_cpu_supports("x86-64-v3")) return &v3;
#endif
    return &base;
}
