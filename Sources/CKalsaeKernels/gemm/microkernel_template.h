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

KLS_INLINE float LEVEL(sum)(const LEVEL(vector) *v) {
    float lanes[LANES];
    memcpy(lanes, v, sizeof lanes);
    for (int w = LANES / 2; w > 0; w /= 2)
        for (int i = 0; i < w; i++) lanes[i] += lanes[i + w];
    return lanes[0];
}

// Vectors along the sums, four rows at a time; what is left behind them one by one.
KLS_INLINE void LEVEL(few_lines)(
    const product_few *f, const float *lhs, float *out, const int rows, const int columns
) {
    typedef LEVEL(vector) V;
    V sums[4][PRODUCT_FEW] = {{{0}}};
    int64_t p = 0;
    for (; p + LANES <= f->depth; p += LANES)
        _Pragma("unroll") for (int r = 0; r < rows; r++) {
            const V left = *(const V *)(lhs + r * f->lhs_row + p);
            _Pragma("unroll") for (int c = 0; c < columns; c++)
                sums[r][c] += left * *(const V *)(f->rhs + c * f->depth + p);
        }
    for (int r = 0; r < rows; r++)
        for (int c = 0; c < columns; c++) {
            float sum = LEVEL(sum)(&sums[r][c]);
            for (int64_t i = p; i < f->depth; i++)
                sum += lhs[r * f->lhs_row + i] * f->rhs[c * f->depth + i];
            out[r * f->out_row + c] = sum;
        }
}

// Vectors along the rows, which lie side by side, in four chains along the sums.
KLS_INLINE void LEVEL(few_turned)(
    const product_few *f, const float *lhs, float *out, int rows, const int columns
) {
    typedef LEVEL(vector) V;
    for (int first = 0; first < rows; first += LANES) {
        const int count = rows - first < LANES ? rows - first : LANES;
        // Lines from which on a whole vector would be read past the end of the last one.
        const int64_t whole = f->depth - (LANES - count + f->lhs_column - 1) / f->lhs_column;
        V sums[4][PRODUCT_FEW] = {{{0}}};
        const float *line = lhs + first;
        for (int64_t p = 0; p < f->depth; p += 4)
            _Pragma("unroll") for (int u = 0; u < 4; u++) {
                if (p + u >= f->depth) break;
                V left = {0};
                if (p + u < whole) left = *(const V *)line;
                else memcpy(&left, line, (size_t)count * sizeof(float));
                _Pragma("unroll") for (int c = 0; c < columns; c++)
                    sums[u][c] += left * f->rhs[c * f->depth + p + u];
                line += f->lhs_column;
            }
        for (int c = 0; c < columns; c++) {
            const V sum = (sums[0][c] + sums[1][c]) + (sums[2][c] + sums[3][c]);
            for (int r = 0; r < count; r++) out[(first + r) * f->out_row + c] = sum[r];
        }
    }
}

#define CASE(C) case C: \
    if (turned) { LEVEL(few_turned)(f, lhs, out, rows, C); break; } \
    for (; rows >= 4; rows -= 4, lhs += 4 * f->lhs_row, out += 4 * f->out_row) \
        LEVEL(few_lines)(f, lhs, out, 4, C); \
    for (; rows > 0; rows--, lhs += f->lhs_row, out += f->out_row) \
        LEVEL(few_lines)(f, lhs, out, 1, C); \
    break;
TARGET static void LEVEL(few)(
    const product_few *f, const float *lhs, float *out, int rows, bool turned
) {
    switch (f->columns) {
        CASE(1) CASE(2) CASE(3) CASE(4)
        default: break;
    }
}
#undef CASE

#undef LEVEL
#undef TARGET
#undef LANES
#undef TALL
