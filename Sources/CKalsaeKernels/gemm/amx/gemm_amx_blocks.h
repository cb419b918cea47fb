// The blocks of a stage of a product on AMX, each with its epilogue.
#ifndef KLS_GEMM_GEMM_AMX_BLOCKS_H
#define KLS_GEMM_GEMM_AMX_BLOCKS_H

#include "gemm_amx_stage.h"

// Multiplies all blocks of a packed stage.
void gemm_amx_run_stage(gemm_amx_worker *worker, const gemm_amx_stage *now, int64_t number);

#endif
