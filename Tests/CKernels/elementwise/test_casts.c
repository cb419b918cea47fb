// Conversions between all types: halves by search among all of them, integers with saturation.
#include <stdlib.h>

#include "harness.h"
#include "kls_elementwise.h"

static float float_of(uint32_t bits) {
    float x;
    memcpy(&x, &bits, 4);
    return x;
}

// The number that 16 bits mean, written out from the format: sign, exponent, fraction.
static double half_value(uint16_t h, int exponent_bits, int fraction_bits) {
    const int bias = (1 << (exponent_bits - 1)) - 1;
    const int exponent = (h >> fraction_bits) & ((1 << exponent_bits) - 1);
    const int fraction = h & ((1 << fraction_bits) - 1);
    const double sign = h & 0x8000 ? -1 : 1;
    if (exponent == (1 << exponent_bits) - 1) return fraction ? (double)NAN : sign * (double)INFINITY;
    if (exponent == 0) return sign * ldexp(fraction, 1 - bias - fraction_bits);
    return sign * ldexp((1 << fraction_bits) + fraction, exponent - bias - fraction_bits);
}

typedef struct {
    const char *name;
    kls_type type;
    int exponent_bits, fraction_bits;
    double value[32768];             // of positive bits, with what infinity's would be
} half_format;

static half_format formats[2] = {{"f16", KLS_F16, 5, 10, {0}}, {"bf16", KLS_BF16, 8, 7, {0}}};

// Nearest, ties to even bits.
static uint16_t nearest(const half_format *f, double x) {
    const uint16_t infinity =
        (uint16_t)(((1 << f->exponent_bits) - 1) << f->fraction_bits);
    const uint16_t sign = signbit(x) ? 0x8000 : 0;
    const double size = fabs(x);
    int low = 0, high = infinity;    // value[low] <= size, but for infinities
    if (size >= f->value[infinity]) return sign | infinity;
    while (high - low > 1) {
        const int middle = (low + high) / 2;
        if (f->value[middle] <= size) low = middle;
        else high = middle;
    }
    const double below = size - f->value[low], above = f->value[high] - size;
    const int chosen = below < above ? low : above < below ? high : low % 2 == 0 ? low : high;
    return sign | (uint16_t)chosen;
}

static void test_halves(half_format *f) {
    enum { COUNT = 65536 };
    const uint16_t infinity = (uint16_t)(((1 << f->exponent_bits) - 1) << f->fraction_bits);
    for (int i = 0; i < infinity; i++)
        f->value[i] = half_value((uint16_t)i, f->exponent_bits, f->fraction_bits);
    // One more step after the largest: what rounds there is infinite.
    f->value[infinity] = 2 * f->value[infinity - 1] - f->value[infinity - 2];
    uint16_t *halves = workspace(COUNT * 2), *back = workspace(COUNT * 2);
    float *floats = workspace(COUNT * 4);
    double *doubles = workspace(COUNT * 8);
    for (int i = 0; i < COUNT; i++) halves[i] = (uint16_t)i;
    kls_elementwise_cast(f->type, KLS_F32)(COUNT, floats, halves, NULL, NULL);
    kls_elementwise_cast(f->type, KLS_F64)(COUNT, doubles, halves, NULL, NULL);
    kls_elementwise_cast(KLS_F32, f->type)(COUNT, back, floats, NULL, NULL);
    int wrong = 0, unequal = 0, negated = 0;
    for (int i = 0; i < COUNT; i++) {
        const double value = half_value((uint16_t)i, f->exponent_bits, f->fraction_bits);
        const bool is_nan = isnan(value);
        wrong += is_nan ? !isnan(floats[i]) || !isnan(doubles[i])
                        : (double)floats[i] != value || doubles[i] != value
                            || !signbit(floats[i]) != !(i & 0x8000);
        unequal += is_nan ? (back[i] & 0x7FFF) <= infinity : back[i] != halves[i];
        negated += is_nan && (back[i] ^ halves[i]) & 0x8000;
    }
    check(wrong == 0, "%s to float: %d of all are wrong", f->name, wrong);
    check(unequal == 0, "%s to float and back: %d of all are wrong", f->name, unequal);
    check(negated == 0, "%s: %d NaN change their sign", f->name, negated);
    release_all();
}

static void test_rounding(const half_format *f) {
    enum { SWEEP = 60000, AROUND = 3 * 32767 };
    float *from = workspace((SWEEP + AROUND) * 4);
    uint16_t *to = workspace((SWEEP + AROUND) * 2);
    int64_t count = 0;
    for (; count < SWEEP; count++) from[count] = float_of((uint32_t)count * 71579u);
    // Halfway between neighbors, and next to it on both sides.
    const int infinity = ((1 << f->exponent_bits) - 1) << f->fraction_bits;
    for (int i = 0; i < infinity; i += 3) {
        const float half = (float)((f->value[i] + f->value[i + 1]) / 2);
        from[count++] = half;
        from[count++] = -nextafterf(half, 0);
        from[count++] = nextafterf(half, INFINITY);
    }
    kls_elementwise_cast(KLS_F32, f->type)(count, to, from, NULL, NULL);
    int wrong = 0;
    for (int64_t i = 0; i < count; i++) {
        const bool right = isnan(from[i]) ? (to[i] & 0x7FFF) > infinity
                                          : to[i] == nearest(f, (double)from[i]);
        if (!right && wrong++ == 0)
            check(false, "float to %s: expected %04x for %a, got %04x", f->name,
                  nearest(f, (double)from[i]), (double)from[i], to[i]);
    }
    check(wrong == 0, "float to %s: %d of %lld are wrong", f->name, wrong, (long long)count);
    release_all();
}

// Elements of any type, from and to the widest number that holds them.
static double load(kls_type type, const void *from, int i) {
    switch (type) {
        case KLS_F32: return (double)((const float *)from)[i];
        case KLS_F64: return ((const double *)from)[i];
        case KLS_F16: return half_value(((const uint16_t *)from)[i], 5, 10);
        case KLS_BF16: return half_value(((const uint16_t *)from)[i], 8, 7);
        case KLS_I32: return ((const int32_t *)from)[i];
        case KLS_I64: return (double)((const int64_t *)from)[i];
        default: return ((const uint8_t *)from)[i];
    }
}

static bool is_float(kls_type type) { return type <= KLS_BF16; }

// What a conversion gives, from the number and, between integers, from its low bits.
static void store(kls_type type, void *to, int i, double x, int64_t whole, bool wraps) {
    switch (type) {
        case KLS_F32: ((float *)to)[i] = wraps ? (float)whole : (float)x; break;
        case KLS_F64: ((double *)to)[i] = wraps ? (double)whole : x; break;
        // By way of float32.
        case KLS_F16:
            ((uint16_t *)to)[i] = nearest(&formats[0], (double)(wraps ? (float)whole : (float)x));
            break;
        case KLS_BF16:
            ((uint16_t *)to)[i] = nearest(&formats[1], (double)(wraps ? (float)whole : (float)x));
            break;
        case KLS_I32:
            if (wraps) ((int32_t *)to)[i] = (int32_t)(uint32_t)(uint64_t)whole;
            else ((int32_t *)to)[i] = isnan(x) ? 0 : x >= 0x1p31 ? INT32_MAX
                : x <= -0x1p31 ? INT32_MIN : (int32_t)x;
            break;
        case KLS_I64:
            if (wraps) ((int64_t *)to)[i] = whole;
            else ((int64_t *)to)[i] = isnan(x) ? 0 : x >= 0x1p63 ? INT64_MAX
                : x <= -0x1p63 ? INT64_MIN : (int64_t)x;
            break;
        case KLS_U8:
            if (wraps) ((uint8_t *)to)[i] = (uint8_t)(uint64_t)whole;
            else ((uint8_t *)to)[i] = isnan(x) || x <= 0 ? 0 : x >= 255 ? 255 : (uint8_t)x;
            break;
        default: ((uint8_t *)to)[i] = wraps ? whole != 0 : x != 0 || isnan(x); break;
    }
}

static void test_pair(kls_type from, kls_type to) {
    static const double numbers[] = {
        0, -0.0, 1, -1, 0.5, -0.5, 0.999, 2.9, -2.9, 254.5, 255, 255.5, 256, 300, -300, 3e9, -3e9,
        1e19, -1e19, 1e300, -1e300, (double)INFINITY, -(double)INFINITY, (double)NAN, 2147483647,
        -2147483648.0, 2147483648.0, 16777217, 9007199254740993.0, 65504, 65520, 1e-40, 6e-8, 1e-5,
        9223372036854774784.0,
    };
    static const int64_t wholes[] = {
        0, 1, -1, 127, 128, 255, 256, 257, -128, -129, 65535, 65536, 2147483647, -2147483648LL,
        2147483648LL, 4294967296LL, 16777217, -16777217, 9007199254740993LL, INT64_MAX, INT64_MIN,
        INT64_MAX - 511, 1 << 24, 33554433, 2049, 2051, 65519, 65520, 77, 99, 1234567, 9, 8, 7, 6,
    };
    _Static_assert(COUNT_OF(numbers) == COUNT_OF(wholes), "as many of each");
    enum { N = COUNT_OF(numbers) };
    const int64_t size = kls_type_size(to);
    void *source = workspace(N * kls_type_size(from));
    char *want = workspace(N * size), *got = workspace(N * size);
    for (int i = 0; i < N; i++) {
        if (is_float(from)) store(from, source, i, numbers[i], 0, false);
        else if (from == KLS_BOOL) ((uint8_t *)source)[i] = i % 2;
        else store(from, source, i, 0, wholes[i], true);
    }
    int skipped = 0;
    for (int i = 0; i < N; i++) {
        const double x = load(from, source, i);
        const int64_t whole = from == KLS_I64 ? ((int64_t *)source)[i] : is_float(from) ? 0 : (int64_t)x;
        store(to, want, i, x, whole, !is_float(from));
    }
    kls_elementwise_cast(from, to)(N, got, source, NULL, NULL);
    for (int i = 0; i < N; i++) {
        // NaN may have any payload.
        if (is_float(to) && isnan(load(from, source, i)) && isnan(load(to, got, i))) {
            memcpy(got + i * size, want + i * size, (size_t)size);
            skipped++;
        }
        if (!check(
                memcmp(got + i * size, want + i * size, (size_t)size) == 0,
                "cast %d to %d: expected %g for %g, got %g", from, to, load(to, want, i),
                load(from, source, i), load(to, got, i)))
            break;
    }
    check(skipped <= 1, "cast %d to %d: %d NaN", from, to, skipped);
    release_all();
}

void test_casts(void) {
    for (int i = 0; i < 2; i++) {
        test_halves(&formats[i]);
        test_rounding(&formats[i]);
    }
    for (int from = 0; from < KLS_TYPE_COUNT; from++)
        for (int to = 0; to < KLS_TYPE_COUNT; to++)
            test_pair((kls_type)from, (kls_type)to);
    check(kls_elementwise_cast(KLS_TYPE_COUNT, KLS_F32) == NULL, "no cast from a type that is none");
}
