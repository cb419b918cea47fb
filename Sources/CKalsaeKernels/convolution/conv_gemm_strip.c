#include "conv_gemm_strip.h"

#include <stddef.h>

#include "../gemm/copy_rows.h"
#include "../isa/prefetch.h"

// Tiles of a row of the output.
static int64_t row_tiles(const kls_conv_gemm *c) {
    return (c->offsets.out_width + c->micro->mr - 1) / c->micro->mr;
}

// One panel of output channels for the microkernel.
static micro_tile tile_of(const conv_gemm_job *job, int64_t panel) {
    const kls_conv_gemm *c = job->plan;
    const conv_offsets *offsets = &c->offsets;
    return (micro_tile){
        .b = job->packed + panel * c->panel * c->k,
        .b_row = conv_gemm_columns(c, panel) > c->micro->lanes ? c->panel : c->micro->lanes,
        .k = offsets->depth, .a_row = offsets->pixel, .a_column = 1,
        .segments = offsets->segments, .starts = offsets->starts,
    };
}

// A strip of one panel, of which the maxima of pooling windows are kept.
static void pool_panel(
    const conv_gemm_job *job, int64_t panel, int64_t pixel, const float *a, int64_t rows,
    float *lines, prefetch_range *behind
) {
    const kls_conv_gemm *c = job->plan;
    const conv_offsets *offsets = &c->offsets;
    const max_pool_fusion *p = &c->pool;
    micro_tile tile = tile_of(job, panel);
    tile.c_row = tile.b_row;
    const int vectors = tile.b_row == c->panel ? 2 : 1;
    const int64_t out_width = offsets->out_width, step = p->rows * p->height;
    const int64_t tiles = row_tiles(c);
    max_pool_writer writer = {
        .plan = p, .buffers = job->buffers, .window = pixel / (p->height * p->width),
        .column = panel * c->panel, .columns = conv_gemm_columns(c, panel),
    };
    for (int64_t y = 0; y < rows; y += step) {
        const int64_t count = rows - y < step ? rows - y : step;
        for (int64_t i = 0; i < count; i++) {
            const float *line = a + (y + i) * offsets->stride_y * offsets->line;
            for (int64_t t = 0; t < tiles; t++) {
                prefetch_next(behind);
                const int64_t x = out_width * t / tiles, next = out_width * (t + 1) / tiles;
                c->micro->run(
                    &tile, line + x * offsets->pixel, lines + (i * out_width + x) * tile.b_row,
                    (int)(next - x), vectors, false);
            }
        }
        max_pool_fusion_take(&writer, lines, tile.b_row, count / p->height);
    }
}

// A strip of one panel.
static void run_panel(
    const conv_gemm_job *job, int64_t panel, int64_t pixel, int64_t task, const float *a,
    int64_t rows, char *file, prefetch_range *behind
) {
    const kls_conv_gemm *c = job->plan;
    const conv_offsets *offsets = &c->offsets;
    const int64_t used = conv_gemm_columns(c, panel), column = panel * c->panel;
    const int64_t out_width = offsets->out_width;
    micro_tile tile = tile_of(job, panel);
    const int vectors = tile.b_row == c->panel ? 2 : 1;
    const bool whole = used == tile.b_row, writes_c = !c->has_epilogue && whole;
    tile.c_row = writes_c ? c->n : used;
    const int64_t tiles = row_tiles(c);
    const int64_t tile_rows = (out_width + tiles - 1) / tiles;
    const int64_t fit = EPILOGUE_BLOCK / used;
    epilogue_worker w = {
        .plan = &c->epilogue, .buffers = job->buffers, .file = file, .column = column,
        .columns = used, .block_size = fit * used, .whole = whole,
    };
    float *block = (float *)file;
    if (c->has_epilogue) {
        w.sums = job->sums + task * c->epilogue.sum_count * c->n;
        epilogue_prepare(&w);
        block = epilogue_begin(&w, pixel);
    }
    float *out = c->has_epilogue ? NULL : (float *)job->buffers[c->spec.output] + column;
    int64_t held = 0;                // pixels in the block
    for (int64_t y = 0; y < rows; y++) {
        const float *line = a + y * offsets->stride_y * offsets->line;
        for (int64_t t = 0; t < tiles; t++) {
            prefetch_next(behind);
            const int64_t x = out_width * t / tiles, next = out_width * (t + 1) / tiles;
            float *target = writes_c ? out + pixel * c->n : block + held * used;
            c->micro->run(
                &tile, line + x * offsets->pixel, target, (int)(next - x), vectors, false);
            held += next - x;
            if (writes_c) {
                pixel += held;
                held = 0;
                continue;
            }
            const bool last = y == rows - 1 && t == tiles - 1;
            if (held + tile_rows <= fit && !last) continue;
            if (c->has_epilogue) {
                epilogue_finish(&w, pixel, held);
                if (!last) block = epilogue_begin(&w, pixel + held);
            } else {
                kls_copy_rows(
                    (char *)(out + pixel * c->n), c->n * 4, (const char *)block, used * 4, held,
                    used * 4);
            }
            pixel += held;
            held = 0;
        }
    }
}

void conv_gemm_run_strips(int64_t begin, int64_t end, void *context) {
    const conv_gemm_job *job = context;
    const kls_conv_gemm *c = job->plan;
    const conv_offsets *offsets = &c->offsets;
    _Alignas(64) float copy[IMAGE_COPY_MAX];
    _Alignas(64) char file[EPILOGUE_FILE];
    _Alignas(64) float lines[POOL_WORKSPACE + POOL_SLACK];
    for (int64_t task = begin; task < end; task++) {
        const int64_t image = task / c->strips, row = task % c->strips * c->strip;
        const int64_t left = offsets->out_height - row, rows = left < c->strip ? left : c->strip;
        const float *from = job->buffers[c->spec.input];
        from += image * offsets->height * offsets->width * offsets->channels;
        const float *a = conv_offsets_begin(offsets, from, row, rows, copy);
        const int64_t pixel = (image * offsets->out_height + row) * offsets->out_width;
        // The strip to come, most likely of this thread.
        const int64_t floats = offsets->stride_y * offsets->width * offsets->channels;
        prefetch_range behind = prefetch_in_steps(
            from + (row + rows) * floats, rows * floats * (int64_t)sizeof(float),
            rows * row_tiles(c) * c->panels);
        for (int64_t panel = 0; panel < c->panels; panel++) {
            if (c->pool.height > 0) pool_panel(job, panel, pixel, a, rows, lines, &behind);
            else run_panel(job, panel, pixel, task, a, rows, file, &behind);
        }
    }
}
