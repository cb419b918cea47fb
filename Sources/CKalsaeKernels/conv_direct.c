#include "dispatch.h"
#include "kalsae_matrix.h"
#include "pieces.h"

#define T float
#define NAME(x) x##_f32
#include "conv_template.h"

#define T double
#define NAME(x) x##_f64
#include "conv_template.h"
