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
        const int64_t reach = (s.kernel_height - 1) * s.dilation_y + 1;
        const int64_t wide = (s.kernel_width - 1) * s.dilation_x + 1;
        s.pad_top = between(0, reach - 1);
        s.pad_left = between(0, wide - 1);
        // As much again, or less, on the other sides.
        const int64_t down = s.height + s.pad_top + between(0, reach - 1) - reach;
        const int64_t across = s.width + s.pad_left + between(0, wide - 1) - wide;
        if (down < 0 || across < 0) continue;
        s.out_height = down / s.stride_y + 1;
        s.out_width = across / s.stride_x + 1;
        return s;
    }
}

// |error| <= gamma_k sum |a| |b|, twice that for sums here that are as inexact.
wanted convolved(
    const kls_convolution *s, convolution_direction direction, const double *left,
    const double *right, double u
) {
    const int64_t count = direction == FORWARD ? output_count(s)
        : direction == INPUT_GRADIENT ? input_count(s) : kernel_count(s);
    wanted want = wanted_workspace(count);
    int64_t *terms = workspace(count * 8);
    memset(terms, 0, (size_t)count * 8);
    convolution_reference(
        s, &(convolution_sums){direction, left, right, want.value, want.error, terms});
    for (int64_t i = 0; i < count; i++)
        want.error[i] = 2 * rounding(terms[i] + 1, u) * want.error[i] + 0x1p-140;
    return want;
}

double *widened(const float *from, int64_t count) {
    double *made = workspace(count * 8);
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
