// A fused loop element by element, reductions in order: the oracle of the tests, no part of the library.
#ifndef KLS_ELEMENTWISE_LOOP_REFERENCE_H
#define KLS_ELEMENTWISE_LOOP_REFERENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "kls_loop.h"

// Where a reducing output has an element's result, and whether the element is the first of it.
static inline int64_t loop_reference_result(const kls_loop_spec *s, int64_t element, bool *is_first) {
    const bool is_leading = s->span == KLS_REDUCE_LEADING;
    const int from = is_leading ? s->reduced : s->rank - s->reduced;
    int64_t inner = 1;
    for (int i = from; i < s->rank; i++) inner *= s->dims[i];
    *is_first = s->span == KLS_REDUCE_ALL ? element == 0
        : is_leading ? element < inner : element % inner == 0;
    return s->span == KLS_REDUCE_ALL ? 0 : is_leading ? element % inner : element / inner;
}

// There must be elements.
static inline void loop_reference(const kls_loop_spec *s, void *const *buffers) {
    int64_t count = 1;
    for (int i = 0; i < s->rank; i++) count *= s->dims[i];
    for (int64_t element = 0; element < count; element++) {
        uint64_t registers[KLS_MAX_REGISTERS] = {0};
        for (int i = 0; i < s->load_count; i++) {
            const kls_load *load = &s->loads[i];
            int64_t at = load->offset, rest = element;
            for (int axis = s->rank - 1; axis >= 0 && !load->scalar; axis--) {
                at += rest % s->dims[axis] * load->strides[axis];
                rest /= s->dims[axis];
            }
            const int64_t size = kls_type_size(load->type);
            const char *from = load->buffer < 0 ? (const char *)&load->constant
                                                : (const char *)buffers[load->buffer] + at * size;
            memcpy(&registers[load->reg], from, (size_t)size);
        }
        for (int i = 0; i < s->step_count; i++) {
            const kls_step *step = &s->steps[i];
            step->fn(
                1, &registers[step->dst], &registers[step->a], &registers[step->b],
                &registers[step->c]);
        }
        for (int i = 0; i < s->output_count; i++) {
            const kls_output *o = &s->outputs[i];
            const int64_t size = kls_type_size(o->type);
            bool is_first = true;
            int64_t at = element;
            if (o->op != KLS_COPY) at = loop_reference_result(s, element, &is_first);
            char *to = (char *)buffers[o->buffer] + at * size;
            if (is_first) memcpy(to, &registers[o->reg], (size_t)size);
            else kls_elementwise(o->op, o->type, KLS_VVV)(1, to, to, &registers[o->reg], NULL);
        }
    }
}

#endif
