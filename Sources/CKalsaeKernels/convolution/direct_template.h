// Convolution in direct loops for one element type. Included once for each, with these defined:
// T (the element) and NAME(x) (gives names of their own).

typedef struct {
    const kls_convolution *shape;
    const T *left, *right;
    T *result;
} NAME(conv_job);

// One row of the output: all columns and channels at one height of one image.
KLS_DISPATCH(static, void, NAME(conv_row), (const NAME(conv_job) *job, int64_t row), (job, row)) {
    const kls_convolution *s = job->shape;
    const int64_t image = row / s->out_height, y = row % s->out_height;
    const int64_t in = s->channels / s->groups, out = s->out_channels / s->groups;
    const T *input = job->left + image * s->height * s->width * s->channels;
    T *result = job->result + row * s->out_width * s->out_channels;
    for (int64_t x = 0; x < s->out_width; x++, result += s->out_channels) {
        for (int64_t c = 0; c < s->out_channels; c++) result[c] = 0;
        for (int64_t ky = 0; ky < s->kernel_height; ky++) {
            const int64_t iy = y * s->stride_y - s->pad_top + ky * s->dilation_y;
            if (iy < 0 || iy >= s->height) continue;
            for (int64_t kx = 0; kx < s->kernel_width; kx++) {
                const int64_t ix = x * s->stride_x - s->pad_left + kx * s->dilation_x;
                if (ix < 0 || ix >= s->width) continue;
                const T *pixel = input + (iy * s->width + ix) * s->channels;
                const T *kernel = job->right + (ky * s->kernel_width + kx) * in * s->out_channels;
                for (int64_t i = 0; i < s->channels; i++) {
                    const int64_t group = i / in;
                    const T value = pixel[i];
                    const T *weights = kernel + (i % in) * s->out_channels + group * out;
                    T *sums = result + group * out;
                    for (int64_t c = 0; c < out; c++) sums[c] += value * weights[c];
                }
            }
        }
    }
}

// One row of the input's gradient.
KLS_DISPATCH(static, void, NAME(conv_input_row),
    (const NAME(conv_job) *job, int64_t row), (job, row)) {
    const kls_convolution *s = job->shape;
    const int64_t image = row / s->height, y = row % s->height;
    const int64_t in = s->channels / s->groups, out = s->out_channels / s->groups;
    const T *gradient = job->left + image * s->out_height * s->out_width * s->out_channels;
    T *result = job->result + row * s->width * s->channels;
    for (int64_t x = 0; x < s->width; x++, result += s->channels) {
        for (int64_t i = 0; i < s->channels; i++) result[i] = 0;
        for (int64_t ky = 0; ky < s->kernel_height; ky++) {
            const int64_t below = y + s->pad_top - ky * s->dilation_y;
            if (below < 0 || below % s->stride_y != 0) continue;
            const int64_t oy = below / s->stride_y;
            if (oy >= s->out_height) continue;
            for (int64_t kx = 0; kx < s->kernel_width; kx++) {
                const int64_t right = x + s->pad_left - kx * s->dilation_x;
                if (right < 0 || right % s->stride_x != 0) continue;
                const int64_t ox = right / s->stride_x;
                if (ox >= s->out_width) continue;
                const T *pixel = gradient + (oy * s->out_width + ox) * s->out_channels;
                const T *kernel = job->right + (ky * s->kernel_width + kx) * in * s->out_channels;
                for (int64_t i = 0; i < s->channels; i++) {
                    const int64_t group = i / in;
                    const T *weights = kernel + (i % in) * s->out_channels + group * out;
                    const T *values = pixel + group * out;
                    // Four sums side by side, always in this order.
                    T sums[4] = {0};
                    int64_t c = 0;
                    for (; c + 4 <= out; c += 4)
                        for (int64_t lane = 0; lane < 4; lane++)
                            sums[lane] += values[c + lane] * weights[c + lane];
                    for (; c < out; c++) sums[0] += values[c] * weights[c];
                    result[i] += (sums[0] + sums[1]) + (sums[2] + sums[3]);
                }
            }
        }
    }
}

// The weight gradient at one tap and one input channel: a row over the output channels.
KLS_DISPATCH(static, void, NAME(conv_weight_row),
    (const NAME(conv_job) *job, int64_t row), (job, row)) {
    const kls_convolution *s = job->shape;
    const int64_t in = s->channels / s->groups, out = s->out_channels / s->groups;
    const int64_t tap = row / in, i = row % in;
    const int64_t ky = tap / s->kernel_width, kx = tap % s->kernel_width;
    T *result = job->result + row * s->out_channels;
    for (int64_t c = 0; c < s->out_channels; c++) result[c] = 0;
    const T *gradient = job->right;
    for (int64_t image = 0; image < s->batch; image++) {
        const T *input = job->left + image * s->height * s->width * s->channels;
        for (int64_t y = 0; y < s->out_height; y++) {
            const int64_t iy = y * s->stride_y - s->pad_top + ky * s->dilation_y;
            for (int64_t x = 0; x < s->out_width; x++, gradient += s->out_channels) {
                const int64_t ix = x * s->stride_x - s->pad_left + kx * s->dilation_x;
                if (iy < 0 || iy >= s->height || ix < 0 || ix >= s->width) continue;
                const T *pixel = input + (iy * s->width + ix) * s->channels + i;
                for (int64_t group = 0; group < s->groups; group++) {
                    const T value = pixel[group * in];
                    for (int64_t c = group * out; c < (group + 1) * out; c++)
                        result[c] += value * gradient[c];
                }
            }
        }
    }
}

static void NAME(conv_forward_task)(void *context, int64_t task) {
    NAME(conv_row)(context, task);
}
static void NAME(conv_input_task)(void *context, int64_t task) {
    NAME(conv_input_row)(context, task);
}
static void NAME(conv_weight_task)(void *context, int64_t task) {
    NAME(conv_weight_row)(context, task);
}

// Multiply-adds of the whole, of which sixteen cost about as much as moving a byte.
static int64_t NAME(conv_work)(const kls_convolution *s) {
    return s->batch * s->out_height * s->out_width * s->out_channels / 16 * s->kernel_height
        * s->kernel_width * (s->channels / s->groups + 1);
}

void NAME(kls_convolution)(
    const kls_convolution *s, const void *input, const void *kernel, void *output
) {
    NAME(conv_job) job = {s, input, kernel, output};
    kls_run_tasks(s->batch * s->out_height, NAME(conv_work)(s), &job, NAME(conv_forward_task));
}

void NAME(kls_convolution_input_gradient)(
    const kls_convolution *s, const void *gradient, const void *kernel, void *result
) {
    NAME(conv_job) job = {s, gradient, kernel, result};
    kls_run_tasks(s->batch * s->height, NAME(conv_work)(s), &job, NAME(conv_input_task));
}

void NAME(kls_convolution_weight_gradient)(
    const kls_convolution *s, const void *input, const void *gradient, void *result
) {
    NAME(conv_job) job = {s, input, gradient, result};
    const int64_t rows = s->kernel_height * s->kernel_width * (s->channels / s->groups);
    kls_run_tasks(rows, NAME(conv_work)(s), &job, NAME(conv_weight_task));
}

#undef T
#undef NAME
