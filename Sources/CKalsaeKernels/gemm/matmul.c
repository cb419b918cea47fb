// Products of any element type in register tiles, for what oneDNN lacks (float64, integers) or does more
// slowly (small products, by the cost of its call): no epilogue, panels of one vector of columns, packed
// only where B is transposed.
#include <stdbool.h>
#include <stddef.h>

#include "../isa/dispatch.h"
#include "kls_matmul.h"
#include "../threads/tasks.h"

#define T float
#define NAME(x) x##_f32
#include "matmul_template.h"

#define T double
#define NAME(x) x##_f64
#include "matmul_template.h"

// Unsigned, since signed overflow has no meaning in C; the bits are the same.
#define T uint32_t
#define NAME(x) x##_i32
#include "matmul_template.h"

#define T uint64_t
#define NAME(x) x##_i64
#include "matmul_template.h"

#define T uint8_t
#define NAME(x) x##_u8
#include "matmul_template.h"
