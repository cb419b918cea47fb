// The microkernel for one ISA level: included once for each, with FOR_ISA(x) (names of their own), TARGET
// (the function's attribute), LANES (floats of a vector) and MR defined. See microkernel.h.

typedef float FOR_ISA(vector) __attribute__((vector_size(LANES * 4), aligned(4), may_alias));

// C[rows x vectors * LANES]: one chain of multiply-adds along K for each element.
KLS_INLINE void FOR_ISA(tile)(
    const micro_tile *t, const float *a, float *c, const int rows, const int vectors,
    const bool a_transposed
) {
    typedef FOR_ISA(vector) V;
    V sums[MR][2] = {{{0}}};
    const float *b = t->b;
    const int64_t b_row = t->b_row, k = t->k;
    for (int64_t s = 0; s < t->segments; s++) {
        if (a_transposed) {
            const float *line = a + t->starts[s];
            const int64_t step = t->a_column;
            for (int64_t p = 0; p < k; p++) {
                V b_lanes[2];
                _Pragma("unroll") for (int v = 0; v < vectors; v++)
                    b_lanes[v] = *(const V *)(b + v * LANES);
                _Pragma("unroll") for (int r = 0; r < rows; r++)
                    _Pragma("unroll") for (int v = 0; v < vectors; v++)
                        sums[r][v] = sums[r][v] + line[r] * b_lanes[v];
                line += step;
                b += b_row;
            }
            continue;
        }
        // Rows are addressed from two pointers by odd multiples of the step, times 1, 2, 4 or 8: a pointer a
        // row, as the compiler would have it, does not fit the registers.
        int64_t one = t->a_row * (int64_t)sizeof(float);
        int64_t three = 3 * one, five = 5 * one, seven = 7 * one;
        HIDE(one);
        HIDE(three);
        HIDE(five);
        HIDE(seven);
        const char *first = (const char *)(a + t->starts[s]);
        const char *second = first + 9 * one;
        for (int64_t p = 0; p < k; p++) {
            HIDE(first);
            HIDE(second);
            V b_lanes[2];
            _Pragma("unroll") for (int v = 0; v < vectors; v++)
                b_lanes[v] = *(const V *)(b + v * LANES);
            _Pragma("unroll") for (int r = 0; r < rows; r++) {
                const char *base = r < 9 ? first : second;
                const int at = r < 9 ? r : r - 9;
                const int64_t step = at == 3 ? three : at == 5 ? five : at == 6 ? 2 * three
                    : at == 7 ? seven : at * one;
                const float a_value = *(const float *)(base + step);
                _Pragma("unroll") for (int v = 0; v < vectors; v++)
                    sums[r][v] = sums[r][v] + a_value * b_lanes[v];
            }
            first += sizeof(float);
            second += sizeof(float);
            b += b_row;
        }
    }
    if (t->accumulates) {
        _Pragma("unroll") for (int r = 0; r < rows; r++)
            _Pragma("unroll") for (int v = 0; v < vectors; v++)
                sums[r][v] = sums[r][v] + *(const V *)(c + r * t->c_row + v * LANES);
    }
    // Upwards, so that what a row writes past its end is overwritten by the next.
    _Pragma("unroll") for (int r = 0; r < rows; r++)
        _Pragma("unroll") for (int v = 0; v < vectors; v++)
            *(V *)(c + r * t->c_row + v * LANES) = sums[r][v];
}

#define CASE(R) case R: FOR_ISA(tile)(t, a, c, R < MR ? R : MR, vectors, a_transposed); break;
KLS_INLINE void FOR_ISA(tiles)(
    const micro_tile *t, const float *a, float *c, int rows, const int vectors,
    const bool a_transposed
) {
    switch (rows) {
        CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6)
#if MR > 6
        CASE(7) CASE(8) CASE(9) CASE(10) CASE(11) CASE(12) CASE(13) CASE(14)
#endif
        default: break;
    }
}
#undef CASE

TARGET static void FOR_ISA(run)(
    const micro_tile *t, const float *a, float *c, int rows, int vectors, bool a_transposed
) {
    if (vectors == 1) {
        if (a_transposed) FOR_ISA(tiles)(t, a, c, rows, 1, true);
        else FOR_ISA(tiles)(t, a, c, rows, 1, false);
    } else {
        if (a_transposed) FOR_ISA(tiles)(t, a, c, rows, 2, true);
        else FOR_ISA(tiles)(t, a, c, rows, 2, false);
    }
}
