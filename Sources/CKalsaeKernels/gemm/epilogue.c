// Runs an epilogue: the steps of a fused loop on a block of C, a register of which the product filled.
#include "epilogue.h"

#include <string.h>

#include "../elementwise/loop_layout.h"
#include "../isa/dispatch.h"
#include "copy_rows.h"

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

// Adds rows of `columns` elements to the sums, with four independent accumulators per column.
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

static const char *source_of(const epilogue_worker *w, const block_load *p) {
    if (p->load.buffer < 0) return (const char *)&p->load.constant;
    return (const char *)w->buffers[p->load.buffer] + p->load.offset * p->size;
}

static void *memory_of(const epilogue_worker *w, int32_t reg) {
    return w->file + reg * w->plan->register_bytes;
}

// Whether an output's rows are contiguous and no load reads its buffer, so that the step that makes it, or
// the microkernel, can write to memory directly.
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
        const char *from = source_of(w, p);
        if (p->mode == SCALAR) w->reg[p->load.reg] = (void *)from;
        if (p->mode == UNIFORM) kls_fill(w->reg[p->load.reg], from, p->size, w->block_size);
        if (p->mode == ROW) {
            const int64_t bytes = w->columns * p->size;
            kls_copy_rows(
                w->reg[p->load.reg], bytes, from + w->column * p->size, 0,
                w->block_size / w->columns, bytes);
        }
    }
    if (w->sums != NULL && !w->adds_sums) epilogue_begin_sums(w, w->sums);
    for (int i = 0; i < plan->output_count; i++)
        w->direct[i] = is_direct(w, &plan->outputs[i]);
}

void epilogue_begin_sums(epilogue_worker *w, float *sums) {
    const epilogue *plan = w->plan;
    w->sums = sums;
    for (int i = 0; i < plan->sum_count; i++)
        memset(sums + i * plan->n + w->column, 0, (size_t)w->columns * sizeof(float));
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
        const char *from = source_of(w, p) + row * step + w->column * p->size;
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
            source_of(w, p) + (row * strides[0] + w->column * strides[1]) * p->size;
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
    const epilogue *plan, void *const *buffers, const float *sums, int64_t tasks
) {
    int number = 0;
    for (int i = 0; i < plan->output_count; i++) {
        const kls_output *o = &plan->outputs[i];
        if (o->op == KLS_COPY) continue;
        float *to = buffers[o->buffer];
        memset(to, 0, (size_t)plan->n * sizeof(float));
        for (int64_t task = 0; task < tasks; task++)
            add_rows(to, sums + (task * plan->sum_count + number) * plan->n, 1, plan->n);
        number++;
    }
}
