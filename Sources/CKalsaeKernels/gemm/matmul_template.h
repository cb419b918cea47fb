// The matrix product for one element type. Included once for each, with these defined:
// T (the element) and NAME(x) (the name for this type).

// NR: a panel of B is one vector of columns; half a panel serves the edge columns.
#define FULL ((int64_t)(64 / sizeof(T)))
#define HALF ((int64_t)(32 / sizeof(T)))
// MR: independent accumulators, twice as many as hide the latency of a multiply-add.
#define MR 8
// KC: iterations of k between two updates of C; a packed panel of KC rows stays in the first-level cache.
#define KC 256
// The block of C that one parallel task computes.
#define BLOCK_M 64
#define BLOCK_N 256

typedef T NAME(full) __attribute__((vector_size(64), aligned(sizeof(T)), may_alias));
typedef T NAME(half) __attribute__((vector_size(32), aligned(sizeof(T)), may_alias));

typedef struct {
    const T *a;
    int64_t a_row, a_column;
    const T *b;
    int64_t b_row;
    T *c;
    int64_t c_row;
    int64_t depth;
    int64_t columns;  // how many of the vector's columns belong to the result
    bool first;       // of the K blocks: C is set, not added to
    // The panel is all of the result: a row may be written past its end into those that follow.
    bool narrow;
} NAME(tile);

// Copies the first `count` elements of at most one vector; a call of memcpy would cost more.
KLS_INLINE void NAME(copy_some)(T *to, const T *from, int64_t count) {
    _Pragma("unroll") for (int64_t step = FULL / 2; step > 0; step /= 2) {
        if ((count & step) == 0) continue;
        __builtin_memcpy(to, from, (size_t)step * sizeof(T));
        to += step;
        from += step;
    }
}

#define TILE(V, SUFFIX)                                                                      \
    KLS_INLINE void NAME(tile_##SUFFIX)(const NAME(tile) * t, int64_t row, const int rows) { \
        V sums[MR];                                                                          \
        T *c = t->c + row * t->c_row;                                                        \
        const int64_t width = sizeof(V) / sizeof(T);                                         \
        const bool whole = t->columns == width;                                              \
        if (t->first) {                                                                      \
            _Pragma("unroll") for (int r = 0; r < rows; r++) sums[r] = (V){0};               \
        } else {                                                                             \
            _Pragma("unroll") for (int r = 0; r < rows; r++) {                               \
                /* Part of a row goes by way of memory, the sums stay in registers. */       \
                V value = {0};                                                               \
                if (whole) value = *(const V *)(c + r * t->c_row);                           \
                else NAME(copy_some)((T *)&value, c + r * t->c_row, t->columns);             \
                sums[r] = value;                                                             \
            }                                                                                \
        }                                                                                    \
        const T *a = t->a + row * t->a_row, *b = t->b;                                       \
        const int64_t a_row = t->a_row, a_column = t->a_column;                              \
        const int64_t b_row = t->b_row, depth = t->depth;                                    \
        for (int64_t p = 0; p < depth; p++) {                                                \
            const V right = *(const V *)b;                                                   \
            _Pragma("unroll") for (int r = 0; r < rows; r++)                                 \
                sums[r] = sums[r] + a[r * a_row] * right;                                    \
            a += a_column;                                                                   \
            b += b_row;                                                                      \
        }                                                                                    \
        _Pragma("unroll") for (int r = 0; r < rows; r++) {                                   \
            const V value = sums[r];                                                         \
            if (whole || (t->narrow && (rows - r) * t->columns >= width))                    \
                *(V *)(c + r * t->c_row) = value;                                            \
            else NAME(copy_some)(c + r * t->c_row, (const T *)&value, t->columns);           \
        }                                                                                    \
    }                                                                                        \
    KLS_INLINE void NAME(panel_##SUFFIX)(const NAME(tile) * t, int64_t rows) {               \
        int64_t row = 0;                                                                     \
        for (; row + 8 <= rows; row += 8) NAME(tile_##SUFFIX)(t, row, 8);                    \
        if (row + 4 <= rows) NAME(tile_##SUFFIX)(t, row, 4), row += 4;                       \
        if (row + 2 <= rows) NAME(tile_##SUFFIX)(t, row, 2), row += 2;                       \
        if (row < rows) NAME(tile_##SUFFIX)(t, row, 1);                                      \
    }

TILE(NAME(full), full)
TILE(NAME(half), half)

// One row times some panels of B, whose columns are dense: a single panel's sums would wait for each other.
// Each sum takes its products in the same order as in a tile.
KLS_INLINE void NAME(row_panels)(
    const T *a, int64_t a_column, const T *b, int64_t b_row, T *c, int64_t depth, bool first,
    const int panels
) {
    NAME(full) sums[8];
    _Pragma("unroll") for (int v = 0; v < panels; v++)
        sums[v] = first ? (NAME(full)){0} : *(const NAME(full) *)(c + v * FULL);
    for (int64_t p = 0; p < depth; p++) {
        const T left = a[p * a_column];
        _Pragma("unroll") for (int v = 0; v < panels; v++)
            sums[v] = sums[v] + left * *(const NAME(full) *)(b + v * FULL);
        b += b_row;
    }
    _Pragma("unroll") for (int v = 0; v < panels; v++) *(NAME(full) *)(c + v * FULL) = sums[v];
}

// One row times one column.
KLS_INLINE void NAME(dot)(
    const T *a, int64_t a_column, const T *b, int64_t b_row, T *c, int64_t depth, bool first
) {
    T sum = first ? 0 : *c;
    for (int64_t p = 0; p < depth; p++) sum = (T)(sum + a[p * a_column] * b[p * b_row]);
    *c = sum;
}

// One block of C, of one matrix of the batch.
KLS_DISPATCH(static, void, NAME(c_block), (
    const kls_matmul *product, const T *a, const T *b, T *c, int64_t rows, int64_t columns
), (product, a, b, c, rows, columns)) {
    T packed[KC * 64 / sizeof(T)] __attribute__((aligned(64)));
    const int64_t k = product->k, b_row = product->b_row, b_column = product->b_column;
    int64_t start = 0;
    do {
        const int64_t depth = k - start < KC ? k - start : KC;
        int64_t column = 0;
        if (rows == 1 && b_column == 1) {
            const T *left = a + start * product->a_column;
            const T *right = b + start * b_row;
            const int64_t step = product->a_column;
            const bool first = start == 0;
            for (; column + 8 * FULL <= columns; column += 8 * FULL)
                NAME(row_panels)(left, step, right + column, b_row, c + column, depth, first, 8);
            if (column + 4 * FULL <= columns) {
                NAME(row_panels)(left, step, right + column, b_row, c + column, depth, first, 4);
                column += 4 * FULL;
            }
            if (column + 2 * FULL <= columns) {
                NAME(row_panels)(left, step, right + column, b_row, c + column, depth, first, 2);
                column += 2 * FULL;
            }
        }
        if (rows == 1 && columns == 1) {
            NAME(dot)(
                a + start * product->a_column, product->a_column, b + start * b_row, b_row, c, depth,
                start == 0);
            column = columns;
        }
        for (; column < columns; column += FULL) {
            const int64_t left = columns - column;
            const int64_t width = left > HALF ? FULL : HALF, used = left < width ? left : width;
            const T *from = b + start * b_row + column * b_column;
            NAME(tile) t = {
                .a = a + start * product->a_column, .a_row = product->a_row,
                .a_column = product->a_column, .b = from, .b_row = b_row,
                .c = c + column, .c_row = product->n, .depth = depth, .columns = used,
                .first = start == 0, .narrow = product->n <= FULL,
            };
            if (b_column != 1 || used < width) {
                // A transposed operand is packed column by column, so that reads are contiguous.
                if (used < width) __builtin_memset(packed, 0, (size_t)(depth * width) * sizeof(T));
                if (b_column == 1) {
                    for (int64_t p = 0; p < depth; p++)
                        NAME(copy_some)(packed + p * width, from + p * b_row, used);
                } else {
                    for (int64_t c = 0; c < used; c++)
                        for (int64_t p = 0; p < depth; p++)
                            packed[p * width + c] = from[p * b_row + c * b_column];
                }
                t.b = packed;
                t.b_row = width;
            }
            if (width == FULL) NAME(panel_full)(&t, rows);
            else NAME(panel_half)(&t, rows);
        }
        start += depth;
    } while (start < k);
}

typedef struct {
    const kls_matmul *product;
    const T *a, *b;
    T *c;
    int64_t row_blocks, column_blocks;
} NAME(job);

static void NAME(task)(void *context, int64_t index) {
    const NAME(job) *job = context;
    const kls_matmul *product = job->product;
    const int64_t blocks = job->row_blocks * job->column_blocks;
    const int64_t block = index % blocks;
    const int64_t batch = index / blocks;
    T *c = job->c + batch * product->m * product->n;
    const T *a = job->a + batch * product->a_batch, *b = job->b + batch * product->b_batch;
    const int64_t row = block / job->column_blocks * BLOCK_M;
    const int64_t column = block % job->column_blocks * BLOCK_N;
    const int64_t rows = product->m - row < BLOCK_M ? product->m - row : BLOCK_M;
    const int64_t columns =
        product->n - column < BLOCK_N ? product->n - column : BLOCK_N;
    NAME(c_block)(
        product, a + row * product->a_row, b + column * product->b_column,
        c + row * product->n + column, rows, columns);
}

void NAME(kls_matmul)(
    const kls_matmul *product, const void *a, const void *b, void *c
) {
    const int64_t batches = product->batch;
    if (batches == 0 || product->m == 0 || product->n == 0) return;
    const NAME(job) job = {
        .product = product, .a = a, .b = b, .c = c,
        .row_blocks = (product->m + BLOCK_M - 1) / BLOCK_M,
        .column_blocks = (product->n + BLOCK_N - 1) / BLOCK_N,
    };
    // Sixteen multiply-adds cost about as much as moving one byte from memory.
    const int64_t work = batches * product->m * product->n * (product->k / 16 + 1);
    kls_run_tasks(batches * job.row_blocks * job.column_blocks, work, (void *)&job, NAME(task));
}

#undef TILE
#undef FULL
#undef HALF
#undef MR
#undef KC
#undef BLOCK_M
#undef BLOCK_N
#undef T
#undef NAME
