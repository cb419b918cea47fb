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
    if (turned) {
        const int64_t step = t->lhs_column;
        for (int64_t p = 0; p < depth; p++) {
            V right[2];
            _Pragma("unroll") for (int v = 0; v < vectors; v++)
                right[v] = *(const V *)(rhs + v * LANES);
            _Pragma("unroll") for (int r = 0; r < rows; r++)
                _Pragma("unroll") for (int v = 0; v < vectors; v++)
                    sums[r][v] = sums[r][v] + lhs[r] * right[v];
            lhs += step;
            rhs += width;
        }
    } else {
        // Three places with few steps between them: a pointer a row would not fit the registers.
        const int64_t one = t->lhs_row;
        int64_t three = 3 * one;
        const float *first = lhs, *second = lhs + 5 * one, *third = lhs + 10 * one;
        HIDE(three);
        HIDE(second);
        HIDE(third);
        for (int64_t p = 0; p < depth; p++) {
            V right[2];
            _Pragma("unroll") for (int v = 0; v < vectors; v++)
                right[v] = *(const V *)(rhs + v * LANES);
            _Pragma("unroll") for (int r = 0; r < rows; r++) {
                const float *base = r < 5 ? first : r < 10 ? second : third;
                const int at = r % 5;
                const float left = at == 3 ? base[three] : base[at * one];
                _Pragma("unroll") for (int v = 0; v < vectors; v++)
                    sums[r][v] = sums[r][v] + left * right[v];
            }
            first++;
            second++;
            third++;
            rhs += width;
        }
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
