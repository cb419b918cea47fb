#include "gemm_amx_stage.h"

#include "../../amx/special_values.h"

static void start_packer(
    gemm_amx_worker *w, packer *p, const operand *o, int64_t block, int64_t blocks,
    int64_t k_block, int64_t k_blocks, bf16 *to
) {
    const gemm_amx *g = w->job->plan;
    const char *from = w->job->buffers[o->buffer];
    from += o->element_size
        * (w->matrix * o->batch_stride + block * o->width * o->vector_stride
           + k_block * AMX_K * o->k_stride);
    // What is packed next: the next K block where K is strided, else the next block of vectors.
    const bool is_next_k = blocks > 1 && o->k_stride != 1;
    *p = (packer){
        .from = from, .element_size = o->element_size, .vector_stride = o->vector_stride,
        .k_stride = o->k_stride, .width = o->width,
        .vectors = min64(o->count - block * o->width, blocks * o->width),
        .depth = g->spec.k - k_block * AMX_K,
        .prefetch_distance = is_next_k ? AMX_K * o->k_stride : o->width * o->vector_stride,
        .is_a = o->is_a, .to = to, .k_blocks = k_blocks, .k_block_size = o->k_block_size,
        .block_size = g->stage_k_blocks * o->k_block_size,
        .remaining = blocks * k_blocks,
    };
    if (p->remaining > 0) kls_packer_begin(p);
}

gemm_amx_stage gemm_amx_stage_at(const gemm_amx_worker *w, bf16 *workspace, int64_t number) {
    const gemm_amx *g = w->job->plan;
    const int64_t groups = (w->end - w->first + g->stage_blocks - 1) / g->stage_blocks;
    const int64_t k_stage = number / groups, group = number % groups;
    const int64_t from = g->k_blocks * w->k_partition / g->split_k;
    const int64_t to = g->k_blocks * (w->k_partition + 1) / g->split_k;
    gemm_amx_stage s = {
        .block = w->first + group * g->stage_blocks, .k_block = from + k_stage * g->stage_k_blocks};
    s.blocks = min64(g->stage_blocks, w->end - s.block);
    s.k_blocks = min64(g->stage_k_blocks, to - s.k_block);
    s.stationary = workspace + 2 * streamed_size(g)
        + (has_k_stages(g) ? k_stage % 2 * stationary_size(g) : 0);
    s.streamed = workspace + number % 2 * streamed_size(g);
    if (s.k_blocks < 0) s.k_blocks = 0;
    return s;
}

void gemm_amx_start_packing(gemm_amx_worker *w, const gemm_amx_stage *s) {
    const gemm_amx *g = w->job->plan;
    start_packer(
        w, &w->streamed_packer, &g->streamed, s->block, s->blocks, s->k_block, s->k_blocks,
        s->streamed);
    w->stationary_packer.remaining = 0;
    if (s->block == w->first)
        start_packer(
            w, &w->stationary_packer, &g->stationary, 0, g->stationary.blocks, s->k_block,
            s->k_blocks, s->stationary);
    w->stationary_packer.next = &w->streamed_packer;
    w->tiles.packer = &w->stationary_packer;
}

void gemm_amx_finish_packing(gemm_amx_worker *w, gemm_amx_stage *s, bool was_special) {
    kls_packer_finish(w->tiles.packer);
    // Tiles carry all that bfloat16 holds, but for subnormal numbers.
    const bool is_special =
        !w->job->plan->spec.is_bf16 && (w->saw_special || kls_saw_special());
    w->saw_special = false;
    s->stationary_is_special = s->block == w->first ? is_special : was_special;
    s->is_special = is_special || s->stationary_is_special;
}

// Steps for a K block of a block: its vectors, or its tiles of one limb.
static int64_t steps_of(const operand *o) { return o->element_size < 4 ? 2 : AMX_K + 4; }

int64_t gemm_amx_pack_steps(
    const gemm_amx_worker *w, const gemm_amx_stage *now, const gemm_amx_stage *next
) {
    const gemm_amx *g = w->job->plan;
    const int64_t stationary = next->k_block != now->k_block ? g->stationary.blocks : 0;
    const int64_t steps = next->k_blocks
        * (next->blocks * steps_of(&g->streamed) + stationary * steps_of(&g->stationary));
    const int64_t rounds =
        now->blocks * g->stationary.blocks * now->k_blocks * w->tiles.rounds;
    return steps > rounds ? PACK_STEPS_MAX : 1;
}
