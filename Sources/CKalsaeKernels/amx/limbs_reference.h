// Limbs of one float, and the product of two: the oracle of the tests, no part of the library.
#ifndef KLS_AMX_LIMBS_REFERENCE_H
#define KLS_AMX_LIMBS_REFERENCE_H

#include <string.h>

#include "layout.h"

static inline float limb_value(bf16 limb) {
    const uint32_t bits = (uint32_t)limb << 16;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

// The highest limb first: each is the remainder rounded to 8 bits, halves away from zero, and the last is
// exact. The numbers must be finite, and large enough for limbs that are not subnormal.
static inline void limbs_reference(float x, bf16 limbs[LIMBS]) {
    for (int i = 0; i < LIMBS; i++) {
        uint32_t bits;
        memcpy(&bits, &x, sizeof bits);
        if (i < LIMBS - 1) bits += 0x8000;
        limbs[i] = (bf16)(bits >> 16);
        x -= limb_value(limbs[i]);
    }
}

// The six products of limbs that count.
static inline double limbs_reference_product(float x, float y) {
    bf16 a[LIMBS], b[LIMBS];
    limbs_reference(x, a);
    limbs_reference(y, b);
    double sum = 0;
    for (int order = LIMBS - 1; order >= 0; order--)
        for (int i = 0; i <= order; i++)
            sum += (double)limb_value(a[i]) * (double)limb_value(b[order - i]);
    return sum;
}

#endif
