// The inner loops of the float32 product for one level of the processor. Included once for each,
// with these defined: LEVEL(x) (gives names of their own), TARGET (the function attribute), LANES
// (floats of a vector) and TALL (rows of a tile: the sums should just fit the registers).

typedef float LEVEL(vector) __attribute__((vector_size(LANES * 4), aligned(4), may_alias));

// rows x (vectors * LANES) elements of the result: one chain of multiply-adds along k for each.
KLS_INLINE void LEVEL(tile)(
    const product_tile *t, const float *lhs, float *out, const int rows, const int vectors,
    const bool turned
) {
    typedef LEVEL(vector) V;
    V sums[TALL][2] = {{{0}}};
    const float *rhs = t->rhs;
    const int64_t width = t->width, depth = t->depth;
    for (int64_t s = 0; s < t->segments; s++) {
        if (turned) {
            const float *line = lhs + t->starts[s];
            const int64_t step = t->lhs_column;
            for (int64_t p = 0; p < depth; p++) {
                V right[2];
                _Pragma("unroll") for (int v = 0; v < vectors; v++)
                    right[v] = *(const V *)(rhs + v * LANES);
                _Pragma("unroll") for (int r = 0; r < rows; r++)
                    _Pragma("unroll") for (int v = 0; v < vectors; v++)
                        sums[r][v] = sums[r][v] + line[r] * right[v];
                line += step;
                rhs += width;
            }
            continue;
        }
        // Two places and odd multiples of a step, which addresses double and redouble: a pointer
        // a row, as the compiler would have it, does not fit the registers.
        int64_t one = t->lhs_row * (int64_t)sizeof(float);
        int64_t three = 3 * one, five = 5 * one, seven = 7 * one;
        HIDE(one);
        HIDE(three);
        HIDE(five);
        HIDE(seven);
        const char *first = (const char *)(lhs + t->starts[s]);
        const char *second = first + 9 * one;
        for (int64_t p = 0; p < depth; p++) {
            HIDE(first);
            HIDE(second);
            V right[2];
            _Pragma("unroll") for (int v = 0; v < vectors; v++)
                right[v] = *(const V *)(rhs + v * LANES);
            _Pragma("unroll") for (int r = 0; r < rows; r++) {
                const char *base = r < 9 ? first : second;
                const int at = r < 9 ? r : r - 9;
                const int64_t step = at == 3 ? three : at == 5 ? five : at == 6 ? 2 * three
                    : at == 7 ? seven : at * one;
                const float left = *(const float *)(base + step);
                _Pragma("unroll") for (int v = 0; v < vectors; v++)
                    sums[r][v] = sums[r][v] + left * right[v];
            }
            first += sizeof(float);
            second += sizeof(float);
            rhs += width;
        }
    }
    if (t->adds) {
        _Pragma("unroll") for (int r = 0; r < rows; r++)
            _Pragma("unroll") for (int v = 0; v < vectors; v++)
                sums[r][v] = sums[r][v] + *(const V *)(out + r * t->out_row + v * LANES);
    }
    // Upwards, so that what a row writes past its end is overwritten by the next.
    _Pragma("unroll") for (int r = 0; r < rows; r++)
        _Pragma("unroll") for (int v = 0; v < vectors; v++)
            *(V *)(out + r * t->out_row + v * LANES) = sums[r][v];
}

#define CASE(R) case R: LEVEL(tile)(t, lhs, out, R < TALL ? R : TALL, vectors, turned); break;
KLS_INLINE void LEVEL(tiles)(
    const product_tile *t, const float *lhs, float *out, int rows, const int vectors,
    const bool turned
) {
    switch (rows) {
        CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6)
#if TALL > 6
        CASE(7) CASE(8) CASE(9) CASE(10) CASE(11) CASE(12) CASE(13) CASE(14)
#endif
        default: break;
    }
}
#undef CASE

TARGET static void LEVEL(run)(
    const product_tile *t, const float *lhs, float *out, int rows, int vectors, bool turned
) {
    if (vectors == 1) {
        if (turned) LEVEL(tiles)(t, lhs, out, rows, 1, true);
        else LEVEL(tiles)(t, lhs, out, rows, 1, false);
    } else {
        if (turned) LEVEL(tiles)(t, lhs, out, rows, 2, true);
        else LEVEL(tiles)(t, lhs, out, rows, 2, false);
    }
}

#undef LEVEL
#undef TARGET
#undef LANES
#undef TALL
