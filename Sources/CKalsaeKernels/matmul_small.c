#include <stddef.h>

#include "clones.h"
#include "kalsae_matrix.h"
#include "pieces.h"

#define T float
#define NAME(x) x##_f32
#include "matmul_template.h"

#define T double
#define NAME(x) x##_f64
#include "matmul_template.h"

#define T int32_t
#define NAME(x) x##_i32
#include "matmul_template.h"

#define T int64_t
#define NAME(x) x##_i64
#include "matmul_template.h"
