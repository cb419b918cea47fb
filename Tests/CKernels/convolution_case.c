#include "convolution_case.h"

int64_t input_count(const kls_convolution *s) {
    return s->batch * s->height * s->width * s->channels;
}

int64_t kernel_count(const kls_convolution *s) {
    return s->kernel_height * s->kernel_width * (s->channels / s->groups) * s->out_channels;
}

int64_t output_count(const kls_convolution *s) {
    return s->batch * s->out_height * s->out_width * s->out_channels;
}

kls_convolution random_convolution(bool rich) {
    for (;;) {
        kls_convolution s = {
            .batch = between(1, 3), .height = between(1, 12), .width = between(1, 12),
            .kernel_height = between(1, 4), .kernel_width = between(1, 4), .stride_y = between(1, 2),
            .stride_x = between(1, 2), .dilation_y = one_in(4) ? 2 : 1,
            .dilation_x = one_in(4) ? 2 : 1, .groups = rich ? 1 : between(1, 3)};
        s.channels = s.groups * between(1, 5);
        s.out_channels = rich ? between(8, 70) : s.groups * between(1, 6);
        if (one_in(2)) s.stride_y = s.stride_x = 1;
        const int64_t tall = (s.kernel_height - 1) * s.dilation_y + 1;
        const int64_t wide = (s.kernel_width - 1) * s.dilation_x + 1;
        s.pad_top = between(0, tall - 1);
        s.pad_left = between(0, wide - 1);
        // As much again, or less, on the other sides.
        const int64_t down = s.height + s.pad_top + between(0, tall - 1) - tall;
        const int64_t across = s.width + s.pad_left + between(0, wide - 1) - wide;
        if (down < 0 || across < 0) continue;
        s.out_height = down / s.stride_y + 1;
        s.out_width = across / s.stride_x + 1;
        return s;
    }
}

void each_meeting(const kls_convolution *s, void *context, meeting visit) {
    const int64_t in = s->channels / s->groups, out = s->out_channels / s->groups;
    for (int64_t image = 0; image < s->batch; image++)
        for (int64_t at = 0; at < s->out_height * s->out_width; at++)
            for (int64_t ky = 0; ky < s->kernel_height; ky++)
                for (int64_t kx = 0; kx < s->kernel_width; kx++) {
                    const int64_t y =
                        at / s->out_width * s->stride_y + ky * s->dilation_y - s->pad_top;
                    const int64_t x =
                        at % s->out_width * s->stride_x + kx * s->dilation_x - s->pad_left;
                    if (y < 0 || y >= s->height || x < 0 || x >= s->width) continue;
                    const int64_t pixel = ((image * s->height + y) * s->width + x) * s->channels;
                    const int64_t place = (ky * s->kernel_width + kx) * in * s->out_channels;
                    const int64_t result =
                        (image * s->out_height * s->out_width + at) * s->out_channels;
                    for (int64_t c = 0; c < s->out_channels; c++)
                        for (int64_t i = 0; i < in; i++)
                            visit(
                                context, pixel + c / out * in + i, place + i * s->out_channels + c,
                                result + c);
                }
}

typedef struct {
    direction way;
    const double *left, *right;
    wanted want;
    int64_t *terms;
} sums;

static void add(void *context, int64_t input, int64_t kernel, int64_t output) {
    sums *s = context;
    const int64_t left = s->way == OF_INPUT ? output : input;
    const int64_t right = s->way == OF_WEIGHTS ? output : kernel;
    const int64_t at = s->way == FORWARD ? output : s->way == OF_INPUT ? input : kernel;
    const double product = s->left[left] * s->right[right];
    s->want.value[at] += product;
    s->want.error[at] += fabs(product);
    s->terms[at]++;
}

// |error| <= gamma_k sum |a| |b|, twice that for sums here that are as inexact.
wanted convolved(
    const kls_convolution *s, direction way, const double *left, const double *right, double u
) {
    const int64_t count =
        way == FORWARD ? output_count(s) : way == OF_INPUT ? input_count(s) : kernel_count(s);
    sums made = {way, left, right, wanted_room(count), room(count * 8)};
    memset(made.terms, 0, (size_t)count * 8);
    each_meeting(s, &made, add);
    for (int64_t i = 0; i < count; i++)
        made.want.error[i] = 2 * rounding(made.terms[i] + 1, u) * made.want.error[i] + 0x1p-140;
    return made.want;
}

double *widened(const float *from, int64_t count) {
    double *made = room(count * 8);
    for (int64_t i = 0; i < count; i++) made[i] = (double)from[i];
    return made;
}

const char *described(const kls_convolution *s) {
    static char text[200];
    snprintf(
        text, sizeof text,
        "%lldx%lldx%lldx%lld by %lldx%lld to %lldx%lldx%lld, stride %lldx%lld, dilation %lldx%lld, "
        "padding %lld %lld, groups %lld",
        (long long)s->batch, (long long)s->height, (long long)s->width, (long long)s->channels,
        (long long)s->kernel_height, (long long)s->kernel_width, (long long)s->out_height,
        (long long)s->out_width, (long long)s->out_channels, (long long)s->stride_y,
        (long long)s->stride_x, (long long)s->dilation_y, (long long)s->dilation_x,
        (long long)s->pad_top, (long long)s->pad_left, (long long)s->groups);
    return text;
}
