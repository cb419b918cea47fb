#include "../isa/dispatch.h"
#include "kls_convolution.h"
#include "../threads/tasks.h"

#define T float
#define NAME(x) x##_f32
#include "direct_template.h"

#define T double
#define NAME(x) x##_f64
#include "direct_template.h"
