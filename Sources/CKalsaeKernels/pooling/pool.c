#include <stdbool.h>
#include <stddef.h>

#include "../isa/dispatch.h"
#include "kls_pool.h"
#include "../threads/tasks.h"

#define T float
#define I int32_t
#define NAME(x) x##_f32
#include "pool_template.h"

#define T double
#define I int64_t
#define NAME(x) x##_f64
#include "pool_template.h"
