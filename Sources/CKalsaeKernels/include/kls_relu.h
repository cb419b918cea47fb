// ReLU behind a library's call.
#ifndef KLS_RELU_H
#define KLS_RELU_H

#include <stdint.h>

// Replaces negative values by zero, in place; NaN stays.
void kls_relu_f32(void *values, int64_t count);

#endif
