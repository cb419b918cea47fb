// Pooling for one element type. Included once for each, with these defined: T (the element),
// I (the signed integer of its size), NAME(x) (gives names of their own).

#define LANES ((int64_t)(64 / sizeof(T)))
typedef T NAME(lanes) __attribute__((vector_size(64), aligned(sizeof(T)), may_alias));
typedef I NAME(mask) __attribute__((vector_size(64), aligned(sizeof(T)), may_alias));

// The elements of one window that lie inside the input, and what divides their sum.
typedef struct {
    int64_t top, bottom, left, right;
    T scale;
} NAME(window);

// Whether all windows are 2x2 and lie inside: by far the most frequent ones, their loops unrolled.
KLS_INLINE bool NAME(is_small)(const kls_pool *s) {
    return s->window_height == 2 && s->window_width == 2 && s->pad_top == 0 && s->pad_left == 0
        && (s->out_height - 1) * s->stride_y + 2 <= s->height
        && (s->out_width - 1) * s->stride_x + 2 <= s->width;
}

KLS_INLINE NAME(window) NAME(window_at)(
    const kls_pool *s, int64_t y, int64_t x, const bool small
) {
    NAME(window) w;
    const int64_t top = y * s->stride_y - s->pad_top, left = x * s->stride_x - s->pad_left;
    if (small) return (NAME(window)){top, top + 2, left, left + 2, (T)0.25};
    const int64_t bottom = top + s->window_height, right = left + s->window_width;
    w.top = top < 0 ? 0 : top;
    w.left = left < 0 ? 0 : left;
    w.bottom = bottom > s->height ? s->height : bottom;
    w.right = right > s->width ? s->width : right;
    int64_t count = s->window_height * s->window_width;
    if (s->kind == KLS_POOL_AVERAGE) count = (w.bottom - w.top) * (w.right - w.left);
    // An empty window of an empty input has no mean: 0 times infinity is NaN.
    w.scale = (T)1 / (T)count;
    return w;
}

// These are macros and pointers, since a vector wider than the processor has cannot be an argument.
// The larger of two, or the first NaN: a comparison with NaN is false.
#define EXCEEDS(value, best) ((value > best) | ((value != value) & (best == best)))
#define CHOOSE(which, yes, no) \
    ((NAME(lanes))(((which) & (NAME(mask))(yes)) | (~(which) & (NAME(mask))(no))))

// Reads or writes `count` lanes; all of them in one instruction.
KLS_INLINE void NAME(load)(NAME(lanes) * to, const T *from, int64_t count) {
    if (count == LANES) {
        *to = *(const NAME(lanes) *)from;
        return;
    }
    *to = (NAME(lanes)){0};
    for (int64_t lane = 0; lane < count; lane++) ((T *)to)[lane] = from[lane];
}

KLS_INLINE void NAME(store)(T *to, const NAME(lanes) * value, int64_t count) {
    if (count == LANES) {
        *(NAME(lanes) *)to = *value;
        return;
    }
    for (int64_t lane = 0; lane < count; lane++) to[lane] = ((const T *)value)[lane];
}

KLS_INLINE void NAME(pool_lanes)(
    const kls_pool *s, const NAME(window) *w, const T *input, T *output, int64_t count,
    const bool small
) {
    const bool largest = s->kind == KLS_POOL_MAX;
    const int64_t rows = small ? 2 : w->bottom - w->top;
    const int64_t columns = small ? 2 : w->right - w->left;
    const T *line = input + (w->top * s->width + w->left) * s->channels;
    NAME(lanes) sum = {0};
    if (largest) sum = sum - (T)__builtin_inf();
    for (int64_t y = 0; y < rows; y++, line += s->width * s->channels) {
        const T *pixel = line;
        for (int64_t x = 0; x < columns; x++, pixel += s->channels) {
            NAME(lanes) value;
            NAME(load)(&value, pixel, count);
            if (largest) sum = CHOOSE(EXCEEDS(value, sum), value, sum);
            else sum = sum + value;
        }
    }
    if (!largest) sum = sum * w->scale;
    NAME(store)(output, &sum, count);
}

typedef struct {
    const kls_pool *shape;
    const T *input, *gradient;
    T *result;
    bool covering;  // every element of the input lies in exactly one window
} NAME(pool_job);

KLS_INLINE void NAME(pool_windows)(const NAME(pool_job) *job, int64_t row, const bool small) {
    const kls_pool *s = job->shape;
    const int64_t image = row / s->out_height, y = row % s->out_height;
    const T *input = job->input + image * s->height * s->width * s->channels;
    T *output = job->result + row * s->out_width * s->channels;
    for (int64_t x = 0; x < s->out_width; x++, output += s->channels) {
        const NAME(window) w = NAME(window_at)(s, y, x, small);
        int64_t c = 0;
        for (; c + LANES <= s->channels; c += LANES)
            NAME(pool_lanes)(s, &w, input + c, output + c, LANES, small);
        // The last vector overlaps the one before, and computes the same for the shared lanes.
        if (c == s->channels) continue;
        if (c > 0) NAME(pool_lanes)(s, &w, input + s->channels - LANES,
                                    output + s->channels - LANES, LANES, small);
        else NAME(pool_lanes)(s, &w, input, output, s->channels, small);
    }
}

KLS_DISPATCH(static, void, NAME(pool_row), (const NAME(pool_job) *job, int64_t row), (job, row)) {
    if (NAME(is_small)(job->shape)) NAME(pool_windows)(job, row, true);
    else NAME(pool_windows)(job, row, false);
}

// Adds to the gradient of a window's elements, or sets it where each lies in one window only.
// `pending`: the lanes that the vector before, which this one overlaps, has not added yet.
KLS_INLINE void NAME(pool_gradient_lanes)(
    const NAME(pool_job) *job, const NAME(window) *w, const T *input, const T *from, T *result,
    const NAME(mask) * pending, int64_t count, const bool small, const bool covering
) {
    const kls_pool *s = job->shape;
    const int64_t rows = small ? 2 : w->bottom - w->top;
    const int64_t columns = small ? 2 : w->right - w->left;
    const int64_t row = s->width * s->channels;
    const int64_t begin = (w->top * s->width + w->left) * s->channels;
    const NAME(lanes) zero = {0};
    NAME(lanes) gradient;
    NAME(load)(&gradient, from, count);
    if (!covering) gradient = CHOOSE(*pending, gradient, zero);
    NAME(mask) first = {0};
    if (s->kind == KLS_POOL_MAX) {
        NAME(lanes) best = zero - (T)__builtin_inf();
        I index = 0;
        for (int64_t y = 0; y < rows; y++) {
            const T *pixel = input + begin + y * row;
            for (int64_t x = 0; x < columns; x++, pixel += s->channels, index++) {
                NAME(lanes) value;
                NAME(load)(&value, pixel, count);
                const NAME(mask) better = EXCEEDS(value, best);
                best = CHOOSE(better, value, best);
                first = (better & index) | (~better & first);
            }
        }
    } else {
        gradient = gradient * w->scale;
    }
    I index = 0;
    for (int64_t y = 0; y < rows; y++) {
        T *pixel = result + begin + y * row;
        for (int64_t x = 0; x < columns; x++, pixel += s->channels, index++) {
            NAME(lanes) value = gradient, before;
            if (s->kind == KLS_POOL_MAX) value = CHOOSE(first == index, gradient, zero);
            if (!covering) {
                NAME(load)(&before, pixel, count);
                value = value + before;
            }
            NAME(store)(pixel, &value, count);
        }
    }
}

KLS_INLINE void NAME(pool_gradient_windows)(
    const NAME(pool_job) *job, int64_t image, int64_t y, const bool small, const bool covering
) {
    const kls_pool *s = job->shape;
    const int64_t offset = image * s->height * s->width * s->channels;
    const T *input = job->input + offset;
    T *result = job->result + offset;
    const T *gradient = job->gradient + (image * s->out_height + y) * s->out_width * s->channels;
    const NAME(mask) all = ~(NAME(mask)){0};
    NAME(mask) pending = all;
    const int64_t left = s->channels % LANES;
    for (int64_t lane = 0; lane < LANES - left; lane++) ((I *)&pending)[lane] = 0;
    for (int64_t x = 0; x < s->out_width; x++, gradient += s->channels) {
        const NAME(window) w = NAME(window_at)(s, y, x, small);
        int64_t c = 0;
        for (; c + LANES <= s->channels; c += LANES)
            NAME(pool_gradient_lanes)(
                job, &w, input + c, gradient + c, result + c, &all, LANES, small, covering);
        if (c == s->channels) continue;
        if (c > 0) {
            c = s->channels - LANES;
            NAME(pool_gradient_lanes)(
                job, &w, input + c, gradient + c, result + c, &pending, LANES, small, covering);
        } else {
            NAME(pool_gradient_lanes)(
                job, &w, input, gradient, result, &all, s->channels, small, covering);
        }
    }
}

KLS_DISPATCH(static, void, NAME(pool_gradient_row), (
    const NAME(pool_job) *job, int64_t image, int64_t y
), (job, image, y)) {
    if (job->covering && NAME(is_small)(job->shape))
        NAME(pool_gradient_windows)(job, image, y, true, true);
    else NAME(pool_gradient_windows)(job, image, y, false, job->covering);
}

static void NAME(pool_task)(void *context, int64_t task) { NAME(pool_row)(context, task); }

// Whole images, since windows of neighboring rows may overlap.
static void NAME(pool_gradient_task)(void *context, int64_t image) {
    const NAME(pool_job) *job = context;
    const kls_pool *s = job->shape;
    const int64_t elements = s->height * s->width * s->channels;
    if (!job->covering)
        __builtin_memset(job->result + image * elements, 0, (size_t)elements * sizeof(T));
    for (int64_t y = 0; y < s->out_height; y++) NAME(pool_gradient_row)(job, image, y);
}

void NAME(kls_pool)(const kls_pool *s, const void *input, void *output) {
    NAME(pool_job) job = {s, input, 0, output, false};
    const int64_t bytes = s->batch * s->height * s->width * s->channels * (int64_t)sizeof(T);
    kls_run_tasks(s->batch * s->out_height, bytes, &job, NAME(pool_task));
}

void NAME(kls_pool_gradient)(
    const kls_pool *s, const void *input, const void *gradient, void *result
) {
    NAME(pool_job) job = {s, input, gradient, result, false};
    job.covering = s->stride_y == s->window_height && s->stride_x == s->window_width
        && s->pad_top == 0 && s->pad_left == 0 && s->height == s->out_height * s->stride_y
        && s->width == s->out_width * s->stride_x;
    const int64_t bytes = s->batch * s->height * s->width * s->channels * (int64_t)sizeof(T);
    kls_run_tasks(s->batch, bytes, &job, NAME(pool_gradient_task));
}

#undef LANES
#undef EXCEEDS
#undef CHOOSE
#undef T
#undef I
#undef NAME
