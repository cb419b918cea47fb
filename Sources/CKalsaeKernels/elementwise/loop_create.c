// Lays out a fused loop: how each load reads, strips along rows, blocks by size.
#include "loop_layout.h"
#include <stdlib.h>
#include <string.h>

static int64_t divide_up(int64_t a, int64_t b) { return (a + b - 1) / b; }
static int64_t align(int64_t n) { return (n + 63) & ~(int64_t)63; }

static int valid(const kls_loop_spec *s) {
    if (s->rank < 1 || s->rank > KLS_MAX_RANK) return 0;
    if (s->registers < 1 || s->registers > KLS_MAX_REGISTERS) return 0;
    if (s->register_bytes < 1 || s->register_bytes > 8) return 0;
    if (s->reduced < 0 || s->reduced > s->rank) return 0;
    for (int i = 0; i < s->rank; i++) if (s->dims[i] < 0) return 0;
    for (int i = 0; i < s->load_count; i++) {
        if ((unsigned)s->loads[i].reg >= (unsigned)s->registers) return 0;
        if (s->loads[i].scalar == 2 && (s->rank != 2 || s->span != KLS_REDUCE_NONE)) return 0;
    }
    for (int i = 0; i < s->step_count; i++) {
        const kls_step *t = &s->steps[i];
        unsigned n = (unsigned)s->registers;
        if (t->fn == NULL || (unsigned)t->dst >= n || (unsigned)t->a >= n) return 0;
        if ((unsigned)t->b >= n || (unsigned)t->c >= n) return 0;
    }
    for (int i = 0; i < s->output_count; i++) {
        const kls_output *o = &s->outputs[i];
        if ((unsigned)o->reg >= (unsigned)s->registers || o->buffer < 0) return 0;
        if (o->op == KLS_COPY) continue;
        if (s->span == KLS_REDUCE_NONE || kls_reduce_rows(o->op, o->type) == NULL) return 0;
    }
    return 1;
}

static kls_load_mode mode_of(const kls_loop *loop, kls_planned_load *p) {
    const kls_load *load = &p->load;
    p->size = (int32_t)kls_type_size(load->type);
    p->inner_stride = load->strides[loop->rank - 1];
    if (load->scalar == 1) return KLS_LOAD_SCALAR;
    if (load->scalar == 2) {
        p->row_stride = load->strides[0];
        return KLS_LOAD_ROW_SCALAR;
    }
    int moving = 0, dense = 1, outer = 0;
    int64_t expected = 1;
    for (int i = loop->rank - 1; i >= 0; i--) {
        if (loop->dims[i] > 1) {
            dense &= load->strides[i] == expected;
            moving += load->strides[i] != 0;
            outer += i < loop->rank - 1 && load->strides[i] != 0;
        }
        expected *= loop->dims[i];
    }
    if (moving == 0) return KLS_LOAD_FILL;
    if (dense) return KLS_LOAD_DIRECT;
    // With one outer dimension the row number times a stride replaces the odometer.
    p->linear = loop->rank <= 2 || outer == 0;
    p->row_stride = loop->rank == 2 && outer > 0 ? load->strides[0] : 0;
    if (outer == 0 && loop->strip % loop->inner == 0) return KLS_LOAD_PATTERN;
    return KLS_LOAD_ROWS;
}

// With a scalar for each row a strip lies in one row.
static void lay_out_strips(kls_loop *loop, int64_t memory_registers, int in_rows) {
    int64_t most = KLS_FILE_TARGET / ((memory_registers + 1) * loop->register_bytes);
    most = most > KLS_STRIP_MAX ? KLS_STRIP_MAX : most;
    most = most < KLS_STRIP_MIN ? KLS_STRIP_MIN : most & ~(int64_t)31;
    if (in_rows && loop->inner <= most) {
        loop->strip = loop->inner;
    } else if (loop->segment <= most) {
        loop->strip = most / loop->segment * loop->segment;
    } else if (loop->inner <= most) {
        loop->strip = most / loop->inner * loop->inner;
    } else {
        loop->strip = most;
    }
    if (loop->strip > loop->count) loop->strip = loop->count;
}

// Elements of a block. Where blocks have no partial results that must be joined, there are enough of them for
// many threads.
static int64_t block_target(const kls_loop *loop) {
    const int is_joined = loop->reducing
        && (loop->span != KLS_REDUCE_TRAILING || loop->segment > KLS_BLOCK_MIN);
    if (is_joined) return KLS_BLOCK;
    int64_t target = divide_up(loop->count, KLS_BLOCKS_WANTED);
    target = divide_up(target, loop->strip) * loop->strip;
    target = target > KLS_BLOCK_MIN ? target : KLS_BLOCK_MIN;
    return target < KLS_BLOCK ? target : KLS_BLOCK;
}

static void lay_out_blocks(kls_loop *loop) {
    int64_t target = block_target(loop);
    if (loop->span == KLS_REDUCE_LEADING && loop->reducing) {
        loop->by_column = loop->segment > KLS_COLUMN_MAX;
        if (loop->by_column) {
            // Strips restart at each segment, and one strip is one block of columns.
            loop->block = loop->strip;
            if (loop->inner > loop->strip) {
                loop->segment_blocks = loop->segment / loop->inner * divide_up(loop->inner, loop->strip);
            } else {
                loop->segment_blocks = divide_up(loop->segment, loop->strip);
            }
            loop->blocks = loop->segment_blocks;
            return;
        }
        int64_t fewest = divide_up(loop->count, KLS_COLUMN_BLOCKS);
        target = target > fewest ? target : fewest;
    }
    if (loop->segment <= target) {
        int64_t whole = target / loop->segment;
        // Blocks end where strips do.
        int64_t in_strip = loop->strip / loop->segment;
        if (in_strip > 1 && whole > in_strip) whole = whole / in_strip * in_strip;
        loop->block = whole * loop->segment;
        loop->blocks = divide_up(loop->count, loop->block);
    } else if (loop->inner <= target) {
        int64_t rows = target / loop->inner, in_strip = loop->strip / loop->inner;
        if (in_strip > 1 && rows > in_strip) rows = rows / in_strip * in_strip;
        loop->block = rows * loop->inner;
        loop->segment_blocks = divide_up(loop->segment, loop->block);
        loop->blocks = loop->segments * loop->segment_blocks;
    } else {
        loop->block = target / loop->strip * loop->strip;
        loop->segment_blocks = loop->segment / loop->inner * divide_up(loop->inner, loop->block);
        loop->blocks = loop->segments * loop->segment_blocks;
    }
}

static void lay_out_partials(kls_loop *loop) {
    loop->accumulator = loop->strip > loop->segment ? loop->strip : loop->segment;
    for (int i = 0; i < loop->output_count; i++) {
        kls_planned_output *o = &loop->outputs[i];
        o->size = (int32_t)kls_type_size(o->output.type);
        if (o->output.op == KLS_COPY) continue;
        o->combine = kls_elementwise(o->output.op, o->output.type, KLS_VVV);
        o->rows = kls_reduce_rows(o->output.op, o->output.type);
        int64_t elements = 0;
        if (loop->span == KLS_REDUCE_ALL) elements = 1;
        if (loop->span == KLS_REDUCE_TRAILING && loop->segment_blocks > 0) elements = 1;
        if (loop->span == KLS_REDUCE_LEADING && !loop->by_column) elements = loop->accumulator;
        if (loop->by_column && loop->segments > KLS_COLUMN_ROWS) elements = loop->strip;
        o->partial_bytes = elements * o->size;
        o->partial_offset = loop->scratch;
        loop->scratch += align(o->partial_bytes * loop->blocks);
    }
}

static void find_divisions(kls_loop *loop) {
    for (int i = 0; i < loop->step_count; i++) {
        kls_division division;
        if (!kls_elementwise_divides(loop->steps[i].fn, &division)) continue;
        loop->divides = 1;
        loop->divisors[i] = (kls_planned_divisor){
            loop->steps[i].b, (int32_t)kls_type_size(division.type), division.scalar,
            division.remainder };
    }
}

kls_loop *kls_loop_create(const kls_loop_spec *spec) {
    if (!valid(spec)) return NULL;
    size_t loads = (size_t)spec->load_count, steps = (size_t)spec->step_count;
    size_t outputs = (size_t)spec->output_count;
    size_t bytes = sizeof(kls_loop) + loads * sizeof(kls_planned_load)
        + steps * (sizeof(kls_step) + sizeof(kls_planned_divisor))
        + outputs * sizeof(kls_planned_output);
    kls_loop *loop = calloc(1, bytes);
    if (loop == NULL) return NULL;
    loop->loads = (kls_planned_load *)(loop + 1);
    loop->outputs = (kls_planned_output *)(loop->loads + loads);
    loop->steps = (kls_step *)(loop->outputs + outputs);
    loop->divisors = (kls_planned_divisor *)(loop->steps + steps);
    loop->rank = spec->rank;
    memcpy(loop->dims, spec->dims, sizeof loop->dims);
    loop->span = spec->span;
    loop->registers = spec->registers;
    loop->register_bytes = spec->register_bytes;
    loop->load_count = spec->load_count;
    loop->step_count = spec->step_count;
    loop->output_count = spec->output_count;
    if (steps > 0) memcpy(loop->steps, spec->steps, steps * sizeof(kls_step));
    loop->permuted = spec->permuted;
    find_divisions(loop);
    for (size_t i = 0; i < outputs; i++) {
        loop->outputs[i].output = spec->outputs[i];
        loop->reducing |= spec->outputs[i].op != KLS_COPY;
    }
    loop->count = 1;
    for (int i = 0; i < loop->rank; i++) loop->count *= loop->dims[i];
    loop->inner = loop->dims[loop->rank - 1];
    loop->segment = loop->inner;
    loop->results = 1;
    if (spec->span == KLS_REDUCE_TRAILING || spec->span == KLS_REDUCE_LEADING) {
        int kept = spec->span == KLS_REDUCE_LEADING ? spec->rank - spec->reduced : spec->reduced;
        // Nothing kept means that everything is reduced, and the other way round.
        loop->segment = 1;
        for (int i = 0; i < kept; i++) loop->segment *= loop->dims[loop->rank - 1 - i];
        if (kept == 0) {
            if (spec->span == KLS_REDUCE_TRAILING) { free(loop); return NULL; }
            loop->span = KLS_REDUCE_ALL;
            loop->segment = loop->inner;
        } else if (spec->span == KLS_REDUCE_LEADING) {
            loop->results = loop->segment;
        } else {
            for (int i = 0; i < spec->rank - kept; i++) loop->results *= loop->dims[i];
        }
    }
    if (loop->count == 0) return loop;
    loop->segments = loop->count / loop->segment;
    int in_rows = 0;
    for (size_t i = 0; i < loads; i++) in_rows |= spec->loads[i].scalar == 2;
    lay_out_strips(loop, spec->registers, in_rows);
    for (size_t i = 0; i < loads; i++) {
        loop->loads[i].load = spec->loads[i];
        loop->loads[i].mode = mode_of(loop, &loop->loads[i]);
    }
    const kls_planned_load *only = loop->loads;
    loop->copies = loads == 1 && steps == 0 && outputs == 1 && !loop->reducing
        && only->mode == KLS_LOAD_ROWS && only->inner_stride == 1
        && only->load.reg == loop->outputs[0].output.reg;
    for (int r = 0; r < loop->registers; r++) {
        loop->register_offset[r] = (align(loop->strip * loop->register_bytes) + 64) * r;
    }
    lay_out_blocks(loop);
    lay_out_partials(loop);
    return loop;
}

void kls_loop_destroy(kls_loop *loop) { free(loop); }

int64_t kls_loop_scratch(const kls_loop *loop) { return loop->scratch; }
