#include "epilogue.h"

#include <stdlib.h>
#include <string.h>

#include "../isa/dispatch.h"
#include "../elementwise/loop_layout.h"

static block_mode mode_of(const kls_load *load) {
    const int64_t row = load->strides[0], column = load->strides[1];
    if (load->buffer == KLS_GEMM_RESULT) return PRODUCT;
    if (load->scalar) return SCALAR;
    if (row == 0 && column == 0) return UNIFORM;
    if (column == 1) return row == 0 ? ROW : DENSE;
    return STRIDED;
}

bool epilogue_valid(const kls_loop_spec *e, int64_t m, int64_t n) {
    if (e->rank != 2 || e->dims[0] != m || e->dims[1] != n) return false;
    if (e->registers < 1 || e->registers > KLS_MAX_REGISTERS || e->register_bytes > 8) return false;
    const int64_t bytes = (int64_t)EPILOGUE_BLOCK * e->register_bytes + EPILOGUE_SLACK;
    if (e->registers * bytes > EPILOGUE_FILE) return false;
    const unsigned count = (unsigned)e->registers;
    int products = 0;
    for (int i = 0; i < e->load_count; i++) {
        const kls_load *load = &e->loads[i];
        if ((unsigned)load->reg >= count) return false;
        if (load->buffer != KLS_GEMM_RESULT) continue;
        if (load->scalar || load->type != KLS_F32 || products++ > 0) return false;
    }
    for (int i = 0; i < e->step_count; i++) {
        const kls_step *s = &e->steps[i];
        if (s->fn == NULL || (unsigned)s->dst >= count || (unsigned)s->a >= count) return false;
        if ((unsigned)s->b >= count || (unsigned)s->c >= count) return false;
    }
    for (int i = 0; i < e->output_count; i++) {
        const kls_output *o = &e->outputs[i];
        if ((unsigned)o->reg >= count || o->buffer < 0 || i >= EPILOGUE_OUTPUTS) return false;
        if (o->op == KLS_COPY) continue;
        if (o->op != KLS_ADD || o->type != KLS_F32) return false;
        if (e->span != KLS_REDUCE_LEADING || e->reduced != 1) return false;
    }
    return products == 1;
}

bool epilogue_init(epilogue *plan, const kls_loop_spec *e) {
    const size_t loads = (size_t)e->load_count * sizeof(block_load);
    const size_t steps = (size_t)e->step_count * sizeof(kls_step);
    const size_t outputs = (size_t)e->output_count * sizeof(kls_output);
    char *memory = malloc(loads + steps + outputs);
    if (memory == NULL) return false;
    plan->n = e->dims[1];
    plan->registers = e->registers;
    plan->load_count = e->load_count;
    plan->step_count = e->step_count;
    plan->output_count = e->output_count;
    plan->sum_count = 0;
    plan->register_bytes = (int64_t)EPILOGUE_BLOCK * e->register_bytes + EPILOGUE_SLACK;
    plan->loads = (block_load *)memory;
    plan->steps = (kls_step *)(memory + loads);
    plan->outputs = (kls_output *)(memory + loads + steps);
    for (int i = 0; i < e->load_count; i++) {
        const kls_load *load = &e->loads[i];
        plan->loads[i] = (block_load){*load, mode_of(load), (int32_t)kls_type_size(load->type)};
        if (load->buffer == KLS_GEMM_RESULT) plan->product = load->reg;
    }
    if (steps > 0) memcpy(plan->steps, e->steps, steps);
    if (outputs > 0) memcpy(plan->outputs, e->outputs, outputs);
    for (int i = 0; i < e->output_count; i++) plan->sum_count += e->outputs[i].op != KLS_COPY;
    return true;
}

bool epilogue_adds_row(const epilogue *plan, kls_load *row, int32_t *out) {
    if (plan->load_count != 2 || plan->step_count != 1 || plan->output_count != 1) return false;
    const block_load *p = &plan->loads[plan->loads[0].mode == PRODUCT];
    const kls_step *s = &plan->steps[0];
    const kls_output *o = &plan->outputs[0];
    if (p->mode != ROW || p->load.type != KLS_F32 || p->load.buffer < 0) return false;
    if (s->fn != kls_tile(KLS_ADD, KLS_F32, 0) || s->a == s->b) return false;
    const bool reads = (s->a == p->load.reg && s->b == plan->product)
        || (s->b == p->load.reg && s->a == plan->product);
    if (!reads || o->reg != s->dst || o->op != KLS_COPY || o->type != KLS_F32) return false;
    *row = p->load;
    *out = o->buffer;
    return true;
}

void epilogue_free(epilogue *plan) { free(plan->loads); }

KLS_INLINE void copy_line(char *to, const char *from, int64_t bytes) {
    for (; bytes >= 64; bytes -= 64, to += 64, from += 64) memcpy(to, from, 64);
    _Pragma("unroll") for (int64_t step = 32; step > 0; step /= 2) {
        if ((bytes & step) == 0) continue;
        memcpy(to, from, (size_t)step);
        to += step;
        from += step;
    }
}

KLS_DISPATCH(, void, kls_copy_rows, (
    char *to, int64_t to_row, const char *from, int64_t from_row, int64_t rows, int64_t bytes
), (to, to_row, from, from_row, rows, bytes)) {
    if (to_row == bytes && from_row == bytes) memcpy(to, from, (size_t)(rows * bytes));
    else for (int64_t r = 0; r < rows; r++) copy_line(to + r * to_row, from + r * from_row, bytes);
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

typedef float v16 __attribute__((vector_size(64), aligned(4), may_alias));

// Adds rows of `columns` elements to the sums, four chains a column.
KLS_DISPATCH(static, void, add_rows, (
    float *sums, const float *from, int64_t rows, int64_t columns
), (sums, from, rows, columns)) {
    int64_t c = 0;
    for (; c + 16 <= columns; c += 16) {
        v16 chains[4] = {*(const v16 *)(sums + c)};
        const float *at = from + c;
        int64_t r = 0;
        for (; r + 4 <= rows; r += 4, at += 4 * columns)
            for (int i = 0; i < 4; i++) chains[i] += *(const v16 *)(at + i * columns);
        for (; r < rows; r++, at += columns) chains[0] += *(const v16 *)at;
        *(v16 *)(sums + c) = (chains[0] + chains[1]) + (chains[2] + chains[3]);
    }
    for (; c < columns; c++)
        for (int64_t r = 0; r < rows; r++) sums[c] += from[r * columns + c];
}

static const char *place_of(const epilogue_worker *w, const block_load *p) {
    if (p->load.buffer < 0) return (const char *)&p->load.constant;
    return (const char *)w->buffers[p->load.buffer] + p->load.offset * p->size;
}

static void *memory_of(const epilogue_worker *w, int32_t reg) {
    return w->file + reg * w->plan->register_bytes;
}

// Whether an output's rows lie one behind the other and nobody reads what lies there, so that the
// step that makes it, or the product, can write them at once.
static bool is_direct(const epilogue_worker *w, const kls_output *o) {
    const epilogue *plan = w->plan;
    if (o->op != KLS_COPY || w->columns != plan->n) return false;
    if (o->reg == plan->product && !w->whole) return false;
    for (int i = 0; i < plan->load_count; i++) {
        const kls_load *load = &plan->loads[i].load;
        if (load->reg == o->reg && load->buffer != KLS_GEMM_RESULT) return false;
        if (load->buffer >= 0 && w->buffers[load->buffer] == w->buffers[o->buffer]) return false;
    }
    for (int i = 0; i < plan->output_count; i++)
        if (&plan->outputs[i] != o && plan->outputs[i].reg == o->reg
            && plan->outputs[i].op == KLS_COPY)
            return false;
    return true;
}

// Writes the loads that are the same in all blocks of a panel.
void epilogue_prepare(epilogue_worker *w) {
    const epilogue *plan = w->plan;
    for (int i = 0; i < plan->registers; i++) w->reg[i] = memory_of(w, i);
    for (int i = 0; i < plan->load_count; i++) {
        const block_load *p = &plan->loads[i];
        if (p->mode != SCALAR && p->mode != UNIFORM && p->mode != ROW) continue;
        const char *from = place_of(w, p);
        if (p->mode == SCALAR) w->reg[p->load.reg] = (void *)from;
        if (p->mode == UNIFORM) kls_fill(w->reg[p->load.reg], from, p->size, w->most);
        if (p->mode == ROW) {
            const int64_t bytes = w->columns * p->size;
            kls_copy_rows(
                w->reg[p->load.reg], bytes, from + w->column * p->size, 0,
                w->most / w->columns, bytes);
        }
    }
    for (int i = 0; i < plan->sum_count && !w->adds_sums; i++)
        memset(w->sums + i * plan->n + w->column, 0, (size_t)w->columns * sizeof(float));
    for (int i = 0; i < plan->output_count; i++)
        w->direct[i] = is_direct(w, &plan->outputs[i]);
}

float *epilogue_begin(epilogue_worker *w, int64_t row) {
    const epilogue *plan = w->plan;
    for (int i = 0; i < plan->output_count; i++) {
        const kls_output *o = &plan->outputs[i];
        if (!w->direct[i]) continue;
        char *to = w->buffers[o->buffer];
        w->reg[o->reg] = to + row * plan->n * kls_type_size(o->type);
    }
    return w->reg[plan->product];
}

int epilogue_streams(
    const epilogue_worker *w, int64_t row, epilogue_stream streams[EPILOGUE_STREAMS]
) {
    const epilogue *plan = w->plan;
    int count = 0;
    for (int i = 0; i < plan->load_count && count < EPILOGUE_STREAMS; i++) {
        const block_load *p = &plan->loads[i];
        if (p->mode != DENSE) continue;
        const int64_t step = p->load.strides[0] * p->size;
        const char *from = place_of(w, p) + row * step + w->column * p->size;
        streams[count++] = (epilogue_stream){from, step, w->columns * p->size};
    }
    for (int i = 0; i < plan->output_count && count < EPILOGUE_STREAMS; i++) {
        const kls_output *o = &plan->outputs[i];
        if (o->op != KLS_COPY) continue;
        bool is_read = false;
        for (int j = 0; j < plan->load_count; j++) {
            const kls_load *load = &plan->loads[j].load;
            is_read = is_read
                || (load->buffer >= 0 && w->buffers[load->buffer] == w->buffers[o->buffer]);
        }
        if (is_read) continue;
        const int64_t size = kls_type_size(o->type), step = plan->n * size;
        const char *to = (const char *)w->buffers[o->buffer] + row * step + w->column * size;
        streams[count++] = (epilogue_stream){to, step, w->columns * size};
    }
    return count;
}

void epilogue_finish(epilogue_worker *w, int64_t row, int64_t rows) {
    const epilogue *plan = w->plan;
    for (int i = 0; i < plan->load_count; i++) {
        const block_load *p = &plan->loads[i];
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
            kls_copy_rows(to, bytes, from, strides[0] * p->size, rows, bytes);
        }
        w->reg[p->load.reg] = to;
    }
    for (int i = 0; i < plan->step_count; i++) {
        const kls_step *s = &plan->steps[i];
        s->fn(rows * w->columns, w->reg[s->dst], w->reg[s->a], w->reg[s->b], w->reg[s->c]);
    }
    float *sums = w->sums + w->column;
    for (int i = 0; i < plan->output_count; i++) {
        const kls_output *o = &plan->outputs[i];
        if (o->op != KLS_COPY) {
            add_rows(sums, w->reg[o->reg], rows, w->columns);
            sums += plan->n;
            continue;
        }
        if (w->direct[i]) continue;
        const int64_t size = kls_type_size(o->type), bytes = w->columns * size;
        char *to = (char *)w->buffers[o->buffer] + (row * plan->n + w->column) * size;
        kls_copy_rows(to, plan->n * size, w->reg[o->reg], bytes, rows, bytes);
    }
}

void epilogue_add_sums(
    const epilogue *plan, void *const *buffers, const float *sums, int64_t pieces
) {
    int number = 0;
    for (int i = 0; i < plan->output_count; i++) {
        const kls_output *o = &plan->outputs[i];
        if (o->op == KLS_COPY) continue;
        float *to = buffers[o->buffer];
        memset(to, 0, (size_t)plan->n * sizeof(float));
        for (int64_t piece = 0; piece < pieces; piece++)
            add_rows(to, sums + (piece * plan->sum_count + number) * plan->n, 1, plan->n);
        number++;
    }
}
