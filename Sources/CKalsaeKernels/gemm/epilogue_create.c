// Which loops can be epilogues, and how their loads are read.
#include <stdlib.h>
#include <string.h>

#include "epilogue.h"

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
    if (s->fn != kls_elementwise(KLS_ADD, KLS_F32, 0) || s->a == s->b) return false;
    const bool reads = (s->a == p->load.reg && s->b == plan->product)
        || (s->b == p->load.reg && s->a == plan->product);
    if (!reads || o->reg != s->dst || o->op != KLS_COPY || o->type != KLS_F32) return false;
    *row = p->load;
    *out = o->buffer;
    return true;
}

void epilogue_free(epilogue *plan) { free(plan->loads); }
