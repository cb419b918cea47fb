#include "softmax.h"

#include <math.h>
#include <string.h>

#include "../isa/dispatch.h"

enum { LANES = ATTENTION_LANES };
typedef float vector __attribute__((vector_size(64), aligned(4), may_alias));
typedef int32_t integers __attribute__((vector_size(64), aligned(4), may_alias));

// Functions take vectors by pointer: the calling convention for vectors of 64 bytes differs by ISA level.
#define CHOSEN(mask, yes, no) ((vector)(((integers)(yes) & (mask)) | ((integers)(no) & ~(mask))))
#define EACH(value) ((vector){0} + (value))

// The first lanes of a vector, as a mask.
#define FIRST(count) \
    ((integers){0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15} < (int32_t)(count))

KLS_INLINE float sum_of(const vector *v) {
    float lanes[LANES];
    memcpy(lanes, v, sizeof lanes);
    for (int w = LANES / 2; w > 0; w /= 2)
        for (int i = 0; i < w; i++) lanes[i] += lanes[i + w];
    return lanes[0];
}

KLS_INLINE float largest_of(const vector *v) {
    float lanes[LANES];
    memcpy(lanes, v, sizeof lanes);
    for (int w = LANES / 2; w > 0; w /= 2)
        for (int i = 0; i < w; i++) lanes[i] = lanes[i + w] > lanes[i] ? lanes[i + w] : lanes[i];
    return lanes[0];
}

// e^x for x <= 0, 1.1 ulp, with the polynomial of kls_expf; what would be below the normal range
// is 0, and NaN stays.
KLS_INLINE void exp_below(vector *x) {
    const integers tiny = *x < -86.0f;
    const vector t = CHOSEN(tiny, EACH(-86.0f), *x);
    // Adding this rounds to whole numbers, which are then in the low bits.
    const vector shift = EACH(12582912.0f);
    const vector shifted = t * 1.44269504f + shift;
    const vector n = shifted - shift;
    vector r = t - n * 0.693359375f;
    r = r - n * -2.12194440e-4f;
    vector q = r * 1.39263918961e-3f + 8.36334581099e-3f;
    q = q * r + 4.16665533626e-2f;
    q = q * r + 0.166665759854f;
    q = q * r + 0.5f;
    const vector p = (q * r) * r + r + 1.0f;
    const vector power = (vector)(((integers)shifted - (integers)shift + 127) << 23);
    *x = CHOSEN(tiny, EACH(0), p * power);
}

// Whole vectors: a row has padding behind its end.
KLS_INLINE void fill(float *row, int64_t from, int64_t end, float value) {
    for (int64_t j = from; j < end; j += LANES) *(vector *)(row + j) = EACH(value);
}

// One over the sum of a row's exponentials; zeros behind them.
KLS_INLINE float softmax_row(float *row, int64_t count, int64_t end, float scale) {
    const int64_t last = (count - 1) / LANES * LANES;
    const integers used = FIRST(count - last);
    vector largest = EACH(-INFINITY), sum = {0};
    for (int64_t j = 0; j < last; j += LANES) {
        const vector x = *(vector *)(row + j) * scale;
        largest = CHOSEN(x > largest, x, largest);
    }
    const vector x = *(vector *)(row + last) * scale;
    largest = CHOSEN(used & (x > largest), x, largest);
    const float max_score = largest_of(&largest);
    for (int64_t j = 0; j < last; j += LANES) {
        vector y = *(vector *)(row + j) * scale - max_score;
        exp_below(&y);
        *(vector *)(row + j) = y;
        sum += y;
    }
    vector y = x - max_score;
    exp_below(&y);
    y = CHOSEN(used, y, EACH(0));
    *(vector *)(row + last) = y;
    fill(row, last + LANES, end, 0);
    sum += y;
    return 1 / sum_of(&sum);
}

KLS_DISPATCH(, void, attention_softmax, (
    const attention_plan *p, const attention_block *b, float *scores, float *inverse_sums
), (p, b, scores, inverse_sums)) {
    for (int64_t r = 0; r < b->rows; r++, scores += p->row) {
        bool is_fully_masked;
        const int64_t count = attention_visible(&p->shape, b->first + r, &is_fully_masked);
        if (is_fully_masked) {
            fill(scores, 0, count, 1);
            inverse_sums[r] = 1 / (float)count;
        } else {
            inverse_sums[r] = softmax_row(scores, count, b->end, p->shape.scale);
        }
    }
}

KLS_DISPATCH(, void, attention_ds, (
    const attention_plan *p, const attention_block *b, const float *powers, const float *inverse_sums,
    float *ds
), (p, b, powers, inverse_sums, ds)) {
    for (int64_t r = 0; r < b->rows; r++, powers += p->row, ds += p->row) {
        bool is_fully_masked;
        const int64_t count = attention_visible(&p->shape, b->first + r, &is_fully_masked);
        if (is_fully_masked) {
            fill(ds, 0, b->end, 0);
            continue;
        }
        const int64_t last = (count - 1) / LANES * LANES;
        const integers used = FIRST(count - last);
        // What lies behind the last one may be anything, even NaN.
        vector *const edge = (vector *)(ds + last);
        *edge = CHOSEN(used, *edge, EACH(0));
        vector sum = {0};
        for (int64_t j = 0; j <= last; j += LANES)
            sum += *(const vector *)(powers + j) * *(vector *)(ds + j);
        const float mean = sum_of(&sum) * inverse_sums[r], factor = inverse_sums[r] * p->shape.scale;
        for (int64_t j = 0; j <= last; j += LANES) {
            const vector x = (*(vector *)(ds + j) - mean) * factor;
            *(vector *)(ds + j) = *(const vector *)(powers + j) * x;
        }
        fill(ds, last + LANES, b->end, 0);
    }
}
