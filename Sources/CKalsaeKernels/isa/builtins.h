// clang's element-wise functions of single numbers, for compilers that do not have them.
#ifndef KLS_ISA_BUILTINS_H
#define KLS_ISA_BUILTINS_H

#if !__has_builtin(__builtin_elementwise_abs)
#define KLS_OF_EITHER(name, x) \
    _Generic((x), float: __builtin_##name##f, double: __builtin_##name)
#define __builtin_elementwise_abs(x) KLS_OF_EITHER(fabs, x)(x)
#define __builtin_elementwise_sqrt(x) KLS_OF_EITHER(sqrt, x)(x)
#define __builtin_elementwise_floor(x) KLS_OF_EITHER(floor, x)(x)
#define __builtin_elementwise_ceil(x) KLS_OF_EITHER(ceil, x)(x)
#define __builtin_elementwise_roundeven(x) KLS_OF_EITHER(roundeven, x)(x)
#define __builtin_elementwise_trunc(x) KLS_OF_EITHER(trunc, x)(x)
#define __builtin_elementwise_copysign(x, y) KLS_OF_EITHER(copysign, x)(x, y)
#endif

#endif
