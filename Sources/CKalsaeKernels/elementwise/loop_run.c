// Runs a fused loop: an interpreter whose registers are strips of up to 1,024 elements.
//
//     for each block of 2,048 to 16,384 elements               (the work of a thread)
//         for each strip of the block
//             loads      buffers -> registers                  in place, repeated, or walked row by row
//             steps      register op register -> register      one vectorized C function each (functions/)
//             outputs    registers -> buffers, or into the block's partial results
//     partial results are combined pairwise                    (loop_combine.c)
//
// All registers of a strip fit the first-level cache, so that a chain of operations reads and writes memory
// once: what MonetDB/X100 (Boncz, Zukowski and Nes 2005) calls vectorized execution.
#include <stdatomic.h>
#include <string.h>

#include "kls_error.h"
#include "kls_parallel.h"
#include "loop_combine.h"

typedef struct {
    const kls_run *run;
    char *file;                          // memory of the registers
    void *reg[KLS_MAX_REGISTERS];        // where each register's strip is now
} kls_worker;

static const char *base_of(const kls_run *run, const kls_load *load) {
    if (load->buffer < 0) return (const char *)&load->constant;
    return run->buffers[load->buffer];
}

// Points registers at their memory and writes the loads that never change.
static void prepare(kls_worker *w) {
    const kls_loop *loop = w->run->loop;
    for (int i = 0; i < loop->registers; i++) w->reg[i] = w->file + loop->register_offset[i];
    for (int i = 0; i < loop->load_count; i++) {
        const kls_planned_load *p = &loop->loads[i];
        if (p->mode == KLS_LOAD_DIRECT || p->mode == KLS_LOAD_ROWS
            || p->mode == KLS_LOAD_ROW_SCALAR) continue;
        const char *first = base_of(w->run, &p->load) + p->load.offset * p->size;
        char *memory = w->reg[p->load.reg];
        if (p->mode == KLS_LOAD_SCALAR) {
            w->reg[p->load.reg] = (void *)first;
        } else if (p->mode == KLS_LOAD_FILL) {
            kls_fill(memory, first, p->size, loop->strip);
        } else {
            int64_t row = loop->inner * p->size, all = loop->strip * p->size;
            kls_load_rows(loop, p, base_of(w->run, &p->load), 0, loop->inner, memory);
            if (p->inner_stride == 1) memcpy(memory, first, (size_t)row);
            for (int64_t done = row; done < all; done *= 2) {
                int64_t more = done < all - done ? done : all - done;
                memcpy(memory + done, memory, (size_t)more);
            }
        }
    }
}

// Looks for a 0 among the divisors of a step, before their register is written again.
static void check_divisor(kls_worker *w, int step, int64_t start, int64_t n) {
    const kls_planned_divisor *d = &w->run->loop->divisors[step];
    const void *divisor = w->reg[d->reg];
    int64_t at = 0, count = d->size == 0 ? 0 : d->scalar ? 1 : n;
    switch (d->size) {
        case 1: while (at < count && ((const uint8_t *)divisor)[at] != 0) at++; break;
        case 4: while (at < count && ((const int32_t *)divisor)[at] != 0) at++; break;
        case 8: while (at < count && ((const int64_t *)divisor)[at] != 0) at++; break;
    }
    if (at == count) return;
    const int64_t found = 2 * (start + at) + d->remainder;
    int64_t before = atomic_load_explicit(w->run->zero, memory_order_relaxed);
    while (found < before && !atomic_compare_exchange_weak(w->run->zero, &before, found)) {
    }
}

static void report(const kls_run *run) {
    const int64_t zero = atomic_load(run->zero);
    if (zero == INT64_MAX) return;
    kls_report_error(KLS_ZERO_DIVISOR, run->loop->permuted ? -1 : zero / 2, zero % 2);
}

// Loads and computes one strip.
static void compute(kls_worker *w, int64_t start, int64_t n) {
    const kls_loop *loop = w->run->loop;
    for (int i = 0; i < loop->load_count; i++) {
        const kls_planned_load *p = &loop->loads[i];
        if (p->mode == KLS_LOAD_DIRECT) {
            const char *base = base_of(w->run, &p->load);
            w->reg[p->load.reg] = (void *)(base + (p->load.offset + start) * p->size);
        } else if (p->mode == KLS_LOAD_ROWS) {
            char *memory = w->file + loop->register_offset[p->load.reg];
            if (loop->copies)
                memory = (char *)w->run->buffers[loop->outputs[0].output.buffer] + start * p->size;
            const char *base = base_of(w->run, &p->load);
            w->reg[p->load.reg] = (void *)kls_load_rows(loop, p, base, start, n, memory);
        } else if (p->mode == KLS_LOAD_ROW_SCALAR) {
            const int64_t element = p->load.offset + start / loop->inner * p->row_stride;
            w->reg[p->load.reg] = (void *)(base_of(w->run, &p->load) + element * p->size);
        }
    }
    for (int i = 0; i < loop->output_count; i++) {
        const kls_planned_output *o = &loop->outputs[i];
        if (o->output.direct) {
            w->reg[o->output.reg] = (char *)w->run->buffers[o->output.buffer] + start * o->size;
        }
    }
    for (int i = 0; i < loop->step_count; i++) {
        const kls_step *s = &loop->steps[i];
        if (loop->divides) check_divisor(w, i, start, n);
        s->fn(n, w->reg[s->dst], w->reg[s->a], w->reg[s->b], w->reg[s->c]);
    }
    for (int i = 0; i < loop->output_count; i++) {
        const kls_planned_output *o = &loop->outputs[i];
        if (o->output.op != KLS_COPY || o->output.direct) continue;
        char *to = (char *)w->run->buffers[o->output.buffer] + start * o->size;
        if (to != w->reg[o->output.reg]) memmove(to, w->reg[o->output.reg], (size_t)(n * o->size));
    }
}

// Adds a strip to accumulators; `first` starts them instead.
static void accumulate(const kls_planned_output *o, char *to, const void *from, int64_t n,
                       int first) {
    if (first) {
        memcpy(to, from, (size_t)(n * o->size));
    } else {
        o->combine(n, to, to, from, NULL);
    }
}

// Elements start ..< end of one block, which holds whole segments or a range of one.
static void run_span(kls_worker *w, int64_t block, int64_t start, int64_t end) {
    const kls_run *run = w->run;
    const kls_loop *loop = run->loop;
    for (int64_t at = start; at < end;) {
        int64_t n = loop->strip;
        if (loop->strip < loop->segment) {
            // Strips end with their segment, and ranges of a row with their row.
            int64_t unit = loop->strip < loop->inner ? loop->inner : loop->segment;
            int64_t left = unit - at % unit;
            n = n < left ? n : left;
        }
        n = n < end - at ? n : end - at;
        compute(w, at, n);
        for (int i = 0; i < loop->output_count; i++) {
            const kls_planned_output *o = &loop->outputs[i];
            if (o->output.op == KLS_COPY) continue;
            const void *from = w->reg[o->output.reg];
            uint64_t value = 0;
            char *to;
            switch (loop->span) {
                case KLS_REDUCE_NONE: break;
                case KLS_REDUCE_ALL:
                    o->rows(1, n, from, &value);
                    accumulate(o, kls_loop_partial(run, o, block), &value, 1, at == start);
                    break;
                case KLS_REDUCE_TRAILING:
                    to = run->buffers[o->output.buffer];
                    to += at / loop->segment * o->size;
                    if (loop->segment_blocks > 0) to = kls_loop_partial(run, o, block);
                    if (n >= loop->segment) {
                        o->rows(n / loop->segment, loop->segment, from, to);
                    } else {
                        int first = loop->segment_blocks > 0 ? at == start : at % loop->segment == 0;
                        o->rows(1, n, from, &value);
                        accumulate(o, to, &value, 1, first);
                    }
                    break;
                case KLS_REDUCE_LEADING:
                    to = kls_loop_partial(run, o, block);
                    if (loop->strip < loop->segment) to += at % loop->segment * o->size;
                    accumulate(o, to, from, n, at - start < loop->accumulator);
                    break;
            }
        }
        at += n;
    }
}

// A range of columns over all segments, summed directly into the output; many segments in groups,
// so that a sum that has grown large does not swallow single elements.
static void run_column(kls_worker *w, int64_t block) {
    const kls_loop *loop = w->run->loop;
    int64_t column = block * loop->strip, end = loop->segment;
    if (loop->inner > loop->strip) {
        int64_t in_row = (loop->inner + loop->strip - 1) / loop->strip;
        int64_t row = block / in_row;
        column = row * loop->inner + block % in_row * loop->strip;
        end = (row + 1) * loop->inner;
    }
    int64_t n = end - column < loop->strip ? end - column : loop->strip;
    for (int64_t s = 0; s < loop->segments; s++) {
        compute(w, s * loop->segment + column, n);
        for (int i = 0; i < loop->output_count; i++) {
            const kls_planned_output *o = &loop->outputs[i];
            if (o->output.op == KLS_COPY) continue;
            char *to = (char *)w->run->buffers[o->output.buffer] + column * o->size;
            if (loop->segments <= KLS_COLUMN_ROWS) {
                accumulate(o, to, w->reg[o->output.reg], n, s == 0);
                continue;
            }
            char *group = kls_loop_partial(w->run, o, block);
            accumulate(o, group, w->reg[o->output.reg], n, s % KLS_COLUMN_ROWS == 0);
            if ((s + 1) % KLS_COLUMN_ROWS != 0 && s + 1 < loop->segments) continue;
            accumulate(o, to, group, n, s < KLS_COLUMN_ROWS);
        }
    }
}

static void run_blocks(int64_t begin, int64_t end, void *context) {
    const kls_run *run = context;
    const kls_loop *loop = run->loop;
    _Alignas(64) char file[KLS_FILE_BYTES];
    kls_worker w;
    w.run = run;
    w.file = file;
    prepare(&w);
    for (int64_t block = begin; block < end; block++) {
        if (loop->by_column) {
            run_column(&w, block);
            continue;
        }
        int64_t start = block * loop->block, stop = start + loop->block;
        if (loop->segment_blocks > 0) {
            int64_t unit = loop->inner > loop->block ? loop->inner : loop->segment;
            int64_t in_unit = (unit + loop->block - 1) / loop->block;
            int64_t first = block / in_unit * unit;
            start = first + block % in_unit * loop->block;
            stop = start + loop->block < first + unit ? start + loop->block : first + unit;
        }
        if (stop > loop->count) stop = loop->count;
        run_span(&w, block, start, stop);
    }
}

void kls_loop_run(const kls_loop *loop, void *const *buffers, void *scratch, int threads) {
    if (loop->count == 0) {
        for (int i = 0; i < loop->output_count; i++) {
            const kls_output *o = &loop->outputs[i].output;
            if (o->op != KLS_COPY) {
                kls_reduce_identity(o->op, o->type, loop->results, buffers[o->buffer]);
            }
        }
        return;
    }
    _Atomic int64_t zero = INT64_MAX;
    kls_run run = { loop, buffers, scratch, &zero };
    kls_parallel_for(loop->blocks, run_blocks, &run, threads);
    if (loop->divides) report(&run);
    for (int i = 0; loop->reducing && i < loop->output_count; i++) {
        const kls_planned_output *o = &loop->outputs[i];
        if (o->output.op != KLS_COPY) kls_loop_combine(&run, o);
    }
}
