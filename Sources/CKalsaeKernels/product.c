// The float32 product over packed panels of rhs, and its epilogue block by block.
#include "include/kls_product.h"

#include <stdlib.h>
#include <string.h>

#include "clones.h"
#include "include/kls_parallel.h"
#include "loop_layout.h"
#include "pieces.h"
#include "product_levels.h"

enum {
    WIDEST = 32,                     // columns of a panel at most
    BLOCK = 1024,                    // elements that the epilogue takes at once, at most
    SLACK = 256,                     // bytes behind a register, for whole vectors
    FILE_BYTES = 128 * 1024,
};

typedef enum { PRODUCT, SCALAR, UNIFORM, ROW, DENSE, STRIDED } block_mode;

typedef struct {
    kls_load load;
    block_mode mode;
    int32_t size;
} block_load;

struct kls_product {
    kls_product_spec spec;
    const product_level *level;
    int64_t panel, panels, parts;    // columns of a panel; parts are cut from the rows
    int64_t tiles_in_block;
    int32_t registers, load_count, step_count, output_count;
    int64_t register_bytes;
    block_load *loads;
    kls_step *steps;
    kls_output *outputs;
};

typedef struct {
    const kls_product *product;
    void *const *buffers;
} product_run;

static block_mode mode_of(const block_load *p) {
    const int64_t row = p->load.strides[0], column = p->load.strides[1];
    if (p->load.buffer == KLS_PRODUCT) return PRODUCT;
    if (p->load.scalar) return SCALAR;
    if (row == 0 && column == 0) return UNIFORM;
    if (column == 1) return row == 0 ? ROW : DENSE;
    return STRIDED;
}

static int valid(const kls_product_spec *s) {
    if (s->m < 1 || s->n < 1 || s->k < 1 || s->k > KLS_PRODUCT_DEPTH) return 0;
    if (s->lhs_row != 1 && s->lhs_column != 1) return 0;
    if (s->rhs_row != 1 && s->rhs_column != 1) return 0;
    const kls_loop_spec *e = s->epilogue;
    if (e == NULL) return 1;
    if (e->rank != 2 || e->dims[0] != s->m || e->dims[1] != s->n) return 0;
    if (e->registers < 1 || e->registers > KLS_MAX_REGISTERS || e->register_bytes > 8) return 0;
    if (e->registers * ((int64_t)BLOCK * e->register_bytes + SLACK) > FILE_BYTES) return 0;
    const unsigned n = (unsigned)e->registers;
    for (int i = 0; i < e->load_count; i++) {
        const kls_load *load = &e->loads[i];
        if ((unsigned)load->reg >= n) return 0;
        if (load->buffer == KLS_PRODUCT && (load->scalar || load->type != KLS_F32)) return 0;
    }
    for (int i = 0; i < e->step_count; i++) {
        const kls_step *t = &e->steps[i];
        if (t->fn == NULL || (unsigned)t->dst >= n || (unsigned)t->a >= n) return 0;
        if ((unsigned)t->b >= n || (unsigned)t->c >= n) return 0;
    }
    for (int i = 0; i < e->output_count; i++) {
        const kls_output *o = &e->outputs[i];
        if ((unsigned)o->reg >= n || o->buffer < 0 || o->op != KLS_COPY) return 0;
    }
    return 1;
}

kls_product *kls_product_create(const kls_product_spec *spec) {
    if (!valid(spec)) return NULL;
    const kls_loop_spec *e = spec->epilogue;
    const size_t loads = e ? (size_t)e->load_count : 0, steps = e ? (size_t)e->step_count : 0;
    const size_t outputs = e ? (size_t)e->output_count : 0;
    kls_product *p = calloc(
        1, sizeof *p + loads * sizeof(block_load) + steps * sizeof(kls_step)
            + outputs * sizeof(kls_output));
    if (p == NULL) return NULL;
    p->spec = *spec;
    p->level = kls_product_level();
    p->loads = (block_load *)(p + 1);
    p->steps = (kls_step *)(p->loads + loads);
    p->outputs = (kls_output *)(p->steps + steps);
    p->panel = 2 * p->level->lanes;
    p->panels = (spec->n + p->panel - 1) / p->panel;
    // An odd number of panels would leave a thread without work for a while.
    const int cut = p->panels % 2 == 1 && p->panels < 16 && spec->m >= 2 * p->level->tall;
    p->parts = cut ? 2 : 1;
    const int64_t widest = spec->n < p->panel ? spec->n : p->panel;
    p->tiles_in_block = BLOCK / (p->level->tall * widest);
    if (e == NULL) return p;
    p->registers = e->registers;
    p->load_count = e->load_count;
    p->step_count = e->step_count;
    p->output_count = e->output_count;
    p->register_bytes = (int64_t)BLOCK * e->register_bytes + SLACK;
    for (size_t i = 0; i < loads; i++) {
        p->loads[i].load = e->loads[i];
        p->loads[i].size = (int32_t)kls_type_size(e->loads[i].type);
        p->loads[i].mode = mode_of(&p->loads[i]);
    }
    if (steps > 0) memcpy(p->steps, e->steps, steps * sizeof(kls_step));
    if (outputs > 0) memcpy(p->outputs, e->outputs, outputs * sizeof(kls_output));
    return p;
}

void kls_product_destroy(kls_product *product) { free(product); }

// Blocks of 8 x 8 in registers: a transposed operand would be written an element at a time.
typedef float v8 __attribute__((vector_size(32), aligned(4), may_alias));
#define SHUFFLE __builtin_shufflevector

KLS_INLINE void turn8(float *to, int64_t to_row, const float *from, int64_t from_row) {
    v8 a[8], b[8];
    for (int i = 0; i < 8; i++) a[i] = *(const v8 *)(from + i * from_row);
    for (int i = 0; i < 8; i += 2) {
        b[i] = SHUFFLE(a[i], a[i + 1], 0, 8, 2, 10, 4, 12, 6, 14);
        b[i + 1] = SHUFFLE(a[i], a[i + 1], 1, 9, 3, 11, 5, 13, 7, 15);
    }
    for (int i = 0; i < 8; i += 4)
        for (int j = i; j < i + 2; j++) {
            a[j] = SHUFFLE(b[j], b[j + 2], 0, 1, 8, 9, 4, 5, 12, 13);
            a[j + 2] = SHUFFLE(b[j], b[j + 2], 2, 3, 10, 11, 6, 7, 14, 15);
        }
    for (int i = 0; i < 4; i++) {
        *(v8 *)(to + i * to_row) = SHUFFLE(a[i], a[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
        *(v8 *)(to + (i + 4) * to_row) = SHUFFLE(a[i], a[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
    }
}

KLS_CLONES static void pack(
    const kls_product_spec *s, const float *rhs, int64_t column, int64_t used, int64_t width,
    float *to
) {
    const float *from = rhs + column * s->rhs_column;
    if (used < width) memset(to, 0, (size_t)(s->k * width) * sizeof(float));
    if (s->rhs_column == 1) {
        for (int64_t p = 0; p < s->k; p++) {
            const float *line = from + p * s->rhs_row;
            if (used == WIDEST) memcpy(to, line, WIDEST * sizeof(float));
            else for (int64_t c = 0; c < used; c++) to[c] = line[c];
            to += width;
        }
        return;
    }
    int64_t c = 0;
    for (; c + 8 <= used; c += 8) {
        int64_t p = 0;
        for (; p + 8 <= s->k; p += 8)
            turn8(to + p * width + c, width, from + c * s->rhs_column + p, s->rhs_column);
        for (; p < s->k; p++)
            for (int i = 0; i < 8; i++) to[p * width + c + i] = from[(c + i) * s->rhs_column + p];
    }
    for (; c < used; c++)
        for (int64_t p = 0; p < s->k; p++) to[p * width + c] = from[c * s->rhs_column + p];
}

KLS_INLINE void copy_line(char *to, const char *from, int64_t bytes) {
    for (; bytes >= 64; bytes -= 64, to += 64, from += 64) memcpy(to, from, 64);
    _Pragma("unroll") for (int64_t step = 32; step > 0; step /= 2) {
        if ((bytes & step) == 0) continue;
        memcpy(to, from, (size_t)step);
        to += step;
        from += step;
    }
}

KLS_CLONES static void copy_lines(
    char *to, int64_t to_row, const char *from, int64_t from_row, int64_t rows, int64_t bytes
) {
    for (int64_t r = 0; r < rows; r++) copy_line(to + r * to_row, from + r * from_row, bytes);
}

static void copy_strided(
    char *to, const char *from, const block_load *p, int64_t rows, int64_t columns
) {
    for (int64_t r = 0; r < rows; r++)
        for (int64_t c = 0; c < columns; c++) {
            const int64_t at = r * p->load.strides[0] + c * p->load.strides[1];
            memcpy(to, from + at * p->size, (size_t)p->size);
            to += p->size;
        }
}

typedef struct {
    const product_run *run;
    char *file;
    void *reg[KLS_MAX_REGISTERS];
    int64_t column, columns, most;   // of the panel; elements of its largest block
} block_worker;

static const char *place_of(const block_worker *w, const block_load *p) {
    if (p->load.buffer < 0) return (const char *)&p->load.constant;
    return (const char *)w->run->buffers[p->load.buffer] + p->load.offset * p->size;
}

static void *memory_of(const block_worker *w, int32_t reg) {
    return w->file + reg * w->run->product->register_bytes;
}

// Writes the loads that are the same in all blocks of a panel.
static void prepare(block_worker *w) {
    const kls_product *product = w->run->product;
    for (int i = 0; i < product->registers; i++) w->reg[i] = memory_of(w, i);
    for (int i = 0; i < product->load_count; i++) {
        const block_load *p = &product->loads[i];
        const char *from = place_of(w, p);
        if (p->mode == SCALAR) w->reg[p->load.reg] = (void *)from;
        if (p->mode == UNIFORM) kls_fill(w->reg[p->load.reg], from, p->size, w->most);
        if (p->mode == ROW) {
            const int64_t bytes = w->columns * p->size;
            copy_lines(
                w->reg[p->load.reg], bytes, from + w->column * p->size, 0,
                w->most / w->columns, bytes);
        }
    }
}

static void finish_block(block_worker *w, int64_t row, int64_t rows) {
    const kls_product *product = w->run->product;
    const int64_t n = product->spec.n;
    for (int i = 0; i < product->load_count; i++) {
        const block_load *p = &product->loads[i];
        if (p->mode != DENSE && p->mode != STRIDED) continue;
        const int64_t *strides = p->load.strides;
        const char *from =
            place_of(w, p) + (row * strides[0] + w->column * strides[1]) * p->size;
        const int64_t bytes = w->columns * p->size;
        char *to = memory_of(w, p->load.reg);
        if (p->mode == STRIDED) {
            copy_strided(to, from, p, rows, w->columns);
        } else if (strides[0] == w->columns) {
            w->reg[p->load.reg] = (void *)from;
            continue;
        } else {
            copy_lines(to, bytes, from, strides[0] * p->size, rows, bytes);
        }
        w->reg[p->load.reg] = to;
    }
    for (int i = 0; i < product->step_count; i++) {
        const kls_step *s = &product->steps[i];
        s->fn(rows * w->columns, w->reg[s->dst], w->reg[s->a], w->reg[s->b], w->reg[s->c]);
    }
    for (int i = 0; i < product->output_count; i++) {
        const kls_output *o = &product->outputs[i];
        const int64_t size = kls_type_size(o->type), bytes = w->columns * size;
        char *to = (char *)w->run->buffers[o->buffer] + (row * n + w->column) * size;
        copy_lines(to, n * size, w->reg[o->reg], bytes, rows, bytes);
    }
}

static void run_part(const product_run *run, int64_t panel, int64_t part, bool upwards) {
    const kls_product *product = run->product;
    const kls_product_spec *s = &product->spec;
    const product_level *level = product->level;
    _Alignas(64) float packed[KLS_PRODUCT_DEPTH * WIDEST];
    _Alignas(64) char file[FILE_BYTES];
    const int64_t column = panel * product->panel;
    const int64_t used = s->n - column < product->panel ? s->n - column : product->panel;
    const int vectors = used > level->lanes ? 2 : 1;
    const int64_t width = vectors * level->lanes;
    const float *lhs = run->buffers[s->lhs];
    pack(s, run->buffers[s->rhs], column, used, width, packed);
    const int64_t first = s->m * part / product->parts;
    const int64_t rows = s->m * (part + 1) / product->parts - first;
    const int64_t tiles = (rows + level->tall - 1) / level->tall;
    const bool straight = s->epilogue == NULL && used == width;
    product_tile tile = {
        .rhs = packed, .width = width, .depth = s->k, .lhs_row = s->lhs_row,
        .lhs_column = s->lhs_column, .out_row = straight ? s->n : used,
    };
    block_worker w = {.run = run, .file = file, .column = column, .columns = used};
    const int64_t tallest = product->tiles_in_block * level->tall;
    w.most = (tallest < rows ? tallest : rows) * used;
    // With an epilogue the product is made in the register that its load fills.
    float *block = (float *)file;
    if (s->epilogue) {
        prepare(&w);
        for (int i = 0; i < product->load_count; i++) {
            const block_load *p = &product->loads[i];
            if (p->mode == PRODUCT) block = w.reg[p->load.reg];
        }
    }
    float *out = s->epilogue ? NULL : (float *)run->buffers[s->out] + column;
    const int64_t groups = (tiles + product->tiles_in_block - 1) / product->tiles_in_block;
    for (int64_t i = 0; i < groups; i++) {
        const int64_t group = upwards ? groups - 1 - i : i;
        const int64_t from = group * product->tiles_in_block;
        const int64_t to =
            from + product->tiles_in_block < tiles ? from + product->tiles_in_block : tiles;
        const int64_t start = first + rows * from / tiles, end = first + rows * to / tiles;
        for (int64_t t = from; t < to; t++) {
            const int64_t row = first + rows * t / tiles;
            const int64_t next = first + rows * (t + 1) / tiles;
            float *target = straight ? out + row * s->n : block + (row - start) * used;
            level->run(
                &tile, lhs + row * s->lhs_row, target, (int)(next - row), vectors,
                s->lhs_row == 1);
        }
        if (s->epilogue) {
            finish_block(&w, start, end - start);
        } else if (!straight) {
            copy_lines(
                (char *)(out + start * s->n), s->n * 4, (const char *)block, used * 4,
                end - start, used * 4);
        }
    }
}

static void run_pieces(int64_t begin, int64_t end, void *context) {
    const product_run *run = context;
    const kls_product *product = run->product;
    const int64_t pieces = product->panels * product->parts;
    for (int64_t piece = begin; piece < end; piece++) {
        // The later half goes upwards, so that two threads meet only once at lines they share.
        run_part(
            run, piece / product->parts, piece % product->parts, 2 * piece >= pieces);
    }
}

void kls_product_run(const kls_product *product, void *const *buffers, bool parallel) {
    product_run run = {product, buffers};
    const int threads = parallel ? kls_most_threads() : 1;
    kls_parallel_for(product->panels * product->parts, run_pieces, &run, threads);
}

bool kls_product_prefers_own(int64_t m, int64_t n, int64_t k) {
    // Without vectors of eight floats the library's own loops are as good.
    if (kls_product_level()->lanes < 8 || k > KLS_PRODUCT_DEPTH) return false;
    return (double)m * (double)n * (double)k <= 512.0 * 512 * 512;
}
