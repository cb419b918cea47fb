// Edge columns for one ISA level, as microkernel_template.h: N of 1 to EDGE_COLUMNS_MAX, which would leave
// most of a vector along N idle. So vectors lie along K, or along M where A is transposed.
// Undefines its parameters.
KLS_INLINE float FOR_ISA(sum)(const FOR_ISA(vector) *v) {
    float lanes[LANES];
    memcpy(lanes, v, sizeof lanes);
    for (int w = LANES / 2; w > 0; w /= 2)
        for (int i = 0; i < w; i++) lanes[i] += lanes[i + w];
    return lanes[0];
}

// Vectors along K, four rows at a time; what remains of K one by one.
KLS_INLINE void FOR_ISA(edge_rows)(
    const edge_tile *e, const float *a, float *c, const int rows, const int columns
) {
    typedef FOR_ISA(vector) V;
    V sums[4][EDGE_COLUMNS_MAX] = {{{0}}};
    int64_t p = 0;
    for (; p + LANES <= e->k; p += LANES)
        _Pragma("unroll") for (int r = 0; r < rows; r++) {
            const V a_value = *(const V *)(a + r * e->a_row + p);
            _Pragma("unroll") for (int j = 0; j < columns; j++)
                sums[r][j] += a_value * *(const V *)(e->b + j * e->k + p);
        }
    for (int r = 0; r < rows; r++)
        for (int j = 0; j < columns; j++) {
            float sum = FOR_ISA(sum)(&sums[r][j]);
            for (int64_t i = p; i < e->k; i++)
                sum += a[r * e->a_row + i] * e->b[j * e->k + i];
            c[r * e->c_row + j] = sum;
        }
}

// Vectors along M, where A is dense, in four chains along K.
KLS_INLINE void FOR_ISA(edge_transposed)(
    const edge_tile *e, const float *a, float *c, int rows, const int columns
) {
    typedef FOR_ISA(vector) V;
    for (int first = 0; first < rows; first += LANES) {
        const int count = rows - first < LANES ? rows - first : LANES;
        // Indices of K from which on a whole vector would be read past the end of A.
        const int64_t whole = e->k - (LANES - count + e->a_column - 1) / e->a_column;
        V sums[4][EDGE_COLUMNS_MAX] = {{{0}}};
        const float *line = a + first;
        for (int64_t p = 0; p < e->k; p += 4)
            _Pragma("unroll") for (int u = 0; u < 4; u++) {
                if (p + u >= e->k) break;
                V a_value = {0};
                if (p + u < whole) a_value = *(const V *)line;
                else memcpy(&a_value, line, (size_t)count * sizeof(float));
                _Pragma("unroll") for (int j = 0; j < columns; j++)
                    sums[u][j] += a_value * e->b[j * e->k + p + u];
                line += e->a_column;
            }
        for (int j = 0; j < columns; j++) {
            const V sum = (sums[0][j] + sums[1][j]) + (sums[2][j] + sums[3][j]);
            for (int r = 0; r < count; r++) c[(first + r) * e->c_row + j] = sum[r];
        }
    }
}

#define CASE(C) case C: \
    if (a_transposed) { FOR_ISA(edge_transposed)(e, a, c, rows, C); break; } \
    for (; rows >= 4; rows -= 4, a += 4 * e->a_row, c += 4 * e->c_row) \
        FOR_ISA(edge_rows)(e, a, c, 4, C); \
    for (; rows > 0; rows--, a += e->a_row, c += e->c_row) \
        FOR_ISA(edge_rows)(e, a, c, 1, C); \
    break;
TARGET static void FOR_ISA(edge)(
    const edge_tile *e, const float *a, float *c, int rows, bool a_transposed
) {
    switch (e->columns) {
        CASE(1) CASE(2) CASE(3) CASE(4)
        default: break;
    }
}
#undef CASE

#undef FOR_ISA
#undef TARGET
#undef LANES
#undef MR
