#include "../isa/dispatch.h"
#include "kls_relu.h"
#include "../threads/pieces.h"

#define PIECE 32768

typedef struct {
    float *values;
    int64_t count;
} relu_job;

KLS_DISPATCH(static, void, relu_line, (float *values, int64_t count), (values, count)) {
    for (int64_t i = 0; i < count; i++) values[i] = values[i] < 0 ? 0 : values[i];
}

static void relu_piece(void *context, int64_t piece) {
    const relu_job *job = context;
    const int64_t begin = piece * PIECE;
    const int64_t count = begin + PIECE < job->count ? PIECE : job->count - begin;
    relu_line(job->values + begin, count);
}

void kls_relu_f32(void *values, int64_t count) {
    relu_job job = {values, count};
    kls_pieces((count + PIECE - 1) / PIECE, 2 * count * (int64_t)sizeof(float), &job, relu_piece);
}
