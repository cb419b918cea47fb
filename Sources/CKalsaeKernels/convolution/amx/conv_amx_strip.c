#include "conv_amx_strip.h"

#include <string.h>

#include "../../amx/fallback.h"
#include "../../amx/packing/pack_dense.h"
#include "../../amx/special_values.h"

const float *conv_amx_weights(const conv_amx_job *job, int64_t panel, int64_t *row) {
    const conv_amx *c = job->plan;
    *row = c->spec.is_input_gradient ? round_up(conv_amx_columns(c, panel), AMX_ROWS) : c->n;
    if (c->spec.is_input_gradient) return job->flipped + panel * AMX_BLOCK * c->k;
    return (const float *)job->buffers[c->spec.weights] + panel * AMX_BLOCK;
}

// Output rows of one image, from `row` on.
typedef struct {
    const float *image;
    int64_t row;
    const bf16 *lines;               // the limbs of the input rows under them
    int64_t limb;                    // elements from limb to limb
    bool is_special;                 // these or the weights
} strip;

// Makes limbs of the lines under `rows` rows of windows, with zeros around the image and behind it.
static void make_limbs(
    const conv_amx *c, const float *image, int64_t row, int64_t rows, bf16 *to, int64_t limb
) {
    const conv_offsets *offsets = c->offsets;
    const int64_t first = row * offsets->stride_y - offsets->top;
    const int64_t lines = (rows - 1) * offsets->stride_y + offsets->kernel_extent;
    const int64_t before = offsets->left * offsets->channels, whole = offsets->width * offsets->channels;
    const int64_t space = c->line - before;
    const int64_t used = space < whole ? space : whole, behind = space - used;
    for (int64_t y = first; y < first + lines; y++, to += c->line) {
        const bool inside = y >= 0 && y < offsets->height;
        if (inside) kls_dense_limbs(image + y * whole, used, to + before, limb);
        for (int i = 0; i < LIMBS; i++) {
            bf16 *line = to + i * limb;
            if (inside) {
                memset(line, 0, (size_t)before * sizeof *line);
                memset(line + before + used, 0, (size_t)behind * sizeof *line);
            } else {
                memset(line, 0, (size_t)c->line * sizeof *line);
            }
        }
    }
    for (int i = 0; i < LIMBS; i++) memset(to + i * limb, 0, 2 * AMX_K * sizeof *to);
}

// Windows side by side: the rows of one tile.
typedef struct {
    int64_t y, x, count;
} window_run;

static window_run windows_at(const conv_offsets *offsets, int64_t tiles, int64_t index) {
    const int64_t t = index % tiles, x = offsets->out_width * t / tiles;
    return (window_run){index / tiles, x, offsets->out_width * (t + 1) / tiles - x};
}

// Floats of a segment of a window, from `at` on, with zeros where the image ends.
static void window_floats(
    const conv_amx *c, const float *image, int64_t y, int64_t x, int64_t segment, int64_t at,
    int64_t count, float *to
) {
    const conv_offsets *offsets = c->offsets;
    const int64_t start = c->starts[segment] + x * offsets->pixel;
    const int64_t line = y * offsets->stride_y - offsets->top + start / c->line;
    const int64_t first = start % c->line + at - offsets->left * offsets->channels;
    const int64_t whole = offsets->width * offsets->channels;
    const bool inside = line >= 0 && line < offsets->height;
    for (int64_t i = 0; i < count; i++) {
        const bool is_there = inside && first + i >= 0 && first + i < whole;
        to[i] = is_there ? image[line * whole + first + i] : 0;
    }
}

// The same windows on vectors, where there are values that tiles do not carry.
static void run_special(
    const conv_amx_job *job, const strip *s, int64_t panel, const amx_block *tiles,
    window_run upper, window_run lower, float *out
) {
    enum { DEPTH = 128 };
    const conv_amx *c = job->plan;
    const int64_t depth = c->offsets->depth, rows = upper.count + lower.count;
    float windows[AMX_BLOCK * DEPTH];
    fallback_block block = {
        .a = windows, .a_row = DEPTH, .a_column = 1, .b_column = 1, .rows = rows,
        .columns = tiles->columns, .c = out, .c_row = tiles->c_row,
    };
    const float *weights = conv_amx_weights(job, panel, &block.b_row);
    for (int64_t segment = 0; segment < c->offsets->segments; segment++)
        for (int64_t at = 0; at < depth; at += DEPTH) {
            block.depth = depth - at < DEPTH ? depth - at : DEPTH;
            for (int64_t i = 0; i < rows; i++) {
                const window_run *const from = i < upper.count ? &upper : &lower;
                const int64_t x = from->x + i - (i < upper.count ? 0 : upper.count);
                window_floats(
                    c, s->image, s->row + from->y, x, segment, at, block.depth,
                    windows + i * DEPTH);
            }
            block.b = weights + (segment * depth + at) * block.b_row;
            kls_fallback_block(&block);
            block.accumulates = true;
        }
}

// Two tiles of A, `y` rows below the strip's first; how many windows they are.
static int64_t run_pair(
    const conv_amx_job *job, const strip *s, int64_t panel, amx_block *block, int64_t y,
    int64_t tiles, int64_t index, int64_t count, float *out
) {
    const conv_amx *c = job->plan;
    const conv_offsets *offsets = c->offsets;
    const window_run upper = windows_at(offsets, tiles, index);
    const window_run lower = index + 1 < count ? windows_at(offsets, tiles, index + 1)
                                               : (window_run){upper.y, 0, 0};
    const int64_t from = upper.y * offsets->stride_y * c->line + upper.x * offsets->pixel;
    block->a_lower = lower.y * offsets->stride_y * c->line + lower.x * offsets->pixel - from;
    block->c_lower = upper.count * block->c_row;
    if (s->is_special) {
        const window_run first = {upper.y + y, upper.x, upper.count};
        const window_run second = {lower.y + y, lower.x, lower.count};
        run_special(job, s, panel, block, first, second, out);
    } else {
        const bf16 *a = s->lines + y * offsets->stride_y * c->line;
        kls_amx_block(block, a + from, out, (int)upper.count, (int)lower.count);
    }
    return upper.count + lower.count;
}

// A strip of one panel, of which the maxima of pooling windows are kept.
static void pool_panel(
    const conv_amx_job *job, const strip *s, int64_t panel, max_pool_writer *writer, int64_t rows,
    amx_block *block, float *lines
) {
    const conv_amx *c = job->plan;
    const conv_offsets *offsets = c->offsets;
    const max_pool_fusion *pool = c->pool;
    const int64_t tiles = (offsets->out_width + AMX_ROWS - 1) / AMX_ROWS;
    const int64_t step = pool->rows * pool->height;
    block->c_row = writer->columns;
    for (int64_t y = 0; y < rows; y += step) {
        const int64_t here = rows - y < step ? rows - y : step, count = here * tiles;
        float *to = lines;
        for (int64_t i = 0; i < count; i += 2)
            to += writer->columns * run_pair(job, s, panel, block, y, tiles, i, count, to);
        max_pool_fusion_take(writer, lines, writer->columns, here / pool->height);
    }
}

// A strip of one panel.
static void run_panel(
    const conv_amx_job *job, const strip *s, int64_t panel, int64_t pixel, int64_t task,
    int64_t rows, amx_block *tiles_of_c, char *file, float *lines
) {
    const conv_amx *c = job->plan;
    const conv_offsets *offsets = c->offsets;
    const int64_t used = conv_amx_columns(c, panel), fit = EPILOGUE_BLOCK / used;
    const bool writes_c = c->epilogue == NULL;
    tiles_of_c->b = job->packed + panel * conv_amx_panel_size(c);
    amx_set_b(tiles_of_c, used);
    tiles_of_c->a_limb = s->limb;
    tiles_of_c->c_row = writes_c ? c->n : used;
    epilogue_worker w = {
        .plan = c->epilogue, .buffers = job->buffers, .file = file,
        .column = panel * AMX_BLOCK, .columns = used, .block_size = fit * used, .whole = true,
    };
    if (c->pool->height > 0) {
        max_pool_writer writer = {
            .plan = c->pool, .buffers = job->buffers, .column = w.column, .columns = used,
            .window = pixel / (c->pool->height * c->pool->width),
        };
        pool_panel(job, s, panel, &writer, rows, tiles_of_c, lines);
        return;
    }
    float *block = NULL;
    if (!writes_c) {
        w.sums = job->sums + task * c->epilogue->sum_count * c->n;
        epilogue_prepare(&w);
        block = epilogue_begin(&w, pixel);
    }
    float *out =
        writes_c ? (float *)job->buffers[c->spec.output] + panel * AMX_BLOCK : NULL;
    const int64_t tiles = (offsets->out_width + AMX_ROWS - 1) / AMX_ROWS, count = rows * tiles;
    int64_t held = 0;                // pixels in the block
    for (int64_t i = 0; i < count; i += 2) {
        const bool last = i + 2 >= count;
        float *target = writes_c ? out + (pixel + held) * c->n : block + held * used;
        held += run_pair(job, s, panel, tiles_of_c, 0, tiles, i, count, target);
        if (writes_c || (held + AMX_BLOCK <= fit && !last)) continue;
        epilogue_finish(&w, pixel, held);
        pixel += held;
        held = 0;
        if (!last) block = epilogue_begin(&w, pixel);
    }
}

void conv_amx_run_strips(int64_t begin, int64_t end, void *context) {
    const conv_amx_job *job = context;
    const conv_amx *c = job->plan;
    const conv_offsets *offsets = c->offsets;
    const int64_t limb = STRIP_LINES_MAX + 2 * AMX_K;
    _Alignas(64) bf16 lines[LIMBS * (STRIP_LINES_MAX + 2 * AMX_K)];
    _Alignas(64) char file[EPILOGUE_FILE];
    _Alignas(64) float pools[POOL_WORKSPACE + POOL_SLACK];
    amx_block block = {
        .a_row = offsets->pixel, .a_k_block = AMX_K, .k_blocks = c->k_blocks,
        .rounds = 6, .segments = offsets->segments, .starts = c->starts,
    };
    for (int64_t task = begin; task < end; task++) {
        const int64_t image = task / c->strips, row = task % c->strips * c->strip;
        const int64_t left = offsets->out_height - row, rows = left < c->strip ? left : c->strip;
        const float *from = job->buffers[c->spec.input];
        from += image * offsets->height * offsets->width * offsets->channels;
        kls_clear_special();
        make_limbs(c, from, row, rows, lines, limb);
        const strip s = {
            .image = from, .row = row, .lines = lines, .limb = limb,
            .is_special = kls_saw_special() || job->weights_are_special,
        };
        if (s.is_special) kls_count_fallback();
        const int64_t pixel = (image * offsets->out_height + row) * offsets->out_width;
        for (int64_t panel = 0; panel < c->panels; panel++)
            run_panel(job, &s, panel, pixel, task, rows, &block, file, pools);
    }
    kls_amx_release();
}
