// Stages of a product on AMX: what a thread multiplies, and what its packers prepare meanwhile.
#ifndef KLS_GEMM_GEMM_AMX_STAGE_H
#define KLS_GEMM_GEMM_AMX_STAGE_H

#include "../../amx/packing/packer.h"
#include "gemm_amx_plan.h"

typedef struct {
    const gemm_amx *plan;
    void *const *buffers;
    bf16 *packed;
    float *deferred, *sums;
} gemm_amx_job;

// The state of a thread while it runs a task.
typedef struct {
    const gemm_amx_job *job;
    int64_t matrix, k_partition;
    int64_t first, end;              // streamed blocks
    amx_block tiles;
    packer stationary_packer, streamed_packer;
    bool saw_special;                // in what was packed for the next stage
    epilogue_worker epilogue;
} gemm_amx_worker;

// A stage that is packed, or will be.
typedef struct {
    int64_t block, blocks, k_block, k_blocks;
    bf16 *stationary, *streamed;
    bool is_special;                 // has Inf, NaN or a float whose limbs are subnormal
    bool stationary_is_special;      // the same, of the operand that the next stages share
} gemm_amx_stage;

// Stage `number` of a task; one without K blocks lies behind the last.
gemm_amx_stage gemm_amx_stage_at(const gemm_amx_worker *worker, bf16 *workspace, int64_t number);
// Starts the packers of a stage: of its streamed blocks, and of the stationary ones where K moves on.
void gemm_amx_start_packing(gemm_amx_worker *worker, const gemm_amx_stage *stage);
// Packs what remains of a stage. Its stationary operand is packed anew or as before, special or not.
void gemm_amx_finish_packing(gemm_amx_worker *worker, gemm_amx_stage *stage, bool was_special);
// Packing steps in a round of products of one stage, so that the next is packed when they end.
int64_t gemm_amx_pack_steps(
    const gemm_amx_worker *worker, const gemm_amx_stage *now, const gemm_amx_stage *next);

#endif
