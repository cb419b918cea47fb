// Products of float32 on AMX tiles: see gemm_amx_plan.h.
#ifndef KLS_GEMM_GEMM_AMX_H
#define KLS_GEMM_GEMM_AMX_H

#include "gemm_amx_plan.h"

// The result does not depend on the threads.
void gemm_amx_run(const gemm_amx *gemm, void *const *buffers, void *scratch, bool parallel);

#endif
