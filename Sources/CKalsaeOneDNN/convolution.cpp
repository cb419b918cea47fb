#include "primitive.hpp"

namespace kalsae {

namespace {

using dnnl::memory;

/// The parts of a convolution in the library's terms: logical order NCHW and [G]OIHW, the layout
/// told by strides; the kernel once as the caller keeps it and once as the library likes it.
struct Parts {
    memory::desc input, output, kernel, anyKernel;
    memory::dims strides, dilations, padLow, padHigh;
};

memory::desc image(memory::dim batch, memory::dim channels, memory::dim height, memory::dim width) {
    return memory::desc(
        {batch, channels, height, width}, memory::data_type::f32,
        {height * width * channels, 1, width * channels, channels});
}

Parts parts(const kdnn_convolution &shape) {
    const auto type = memory::data_type::f32;
    Parts parts;
    parts.input = image(shape.batch, shape.channels, shape.height, shape.width);
    parts.output = image(shape.batch, shape.out_channels, shape.out_height, shape.out_width);

    const auto in = shape.channels / shape.groups;
    const auto out = shape.out_channels / shape.groups;
    const auto column = in * shape.out_channels;
    const auto row = shape.kernel_width * column;
    memory::dims dims = {out, in, shape.kernel_height, shape.kernel_width};
    memory::dims strides = {1, shape.out_channels, row, column};
    if (shape.groups > 1) {
        dims.insert(dims.begin(), shape.groups);
        strides.insert(strides.begin(), out);
    }
    parts.kernel = memory::desc(dims, type, strides);
    parts.anyKernel = memory::desc(dims, type, memory::format_tag::any);

    parts.strides = {shape.stride_y, shape.stride_x};
    parts.dilations = {shape.dilation_y - 1, shape.dilation_x - 1};
    parts.padLow = {shape.pad_top, shape.pad_left};
    parts.padHigh = {shape.pad_bottom, shape.pad_right};
    return parts;
}

dnnl::convolution_forward::primitive_desc forward(
    const Parts &p, dnnl::prop_kind kind, const dnnl::primitive_attr &attr
) {
    const auto direct = dnnl::algorithm::convolution_direct;
#if DNNL_VERSION_MAJOR >= 3
    return dnnl::convolution_forward::primitive_desc(
        engine(), kind, direct, p.input, p.anyKernel, p.output, p.strides, p.dilations, p.padLow,
        p.padHigh, attr);
#else
    return dnnl::convolution_forward::primitive_desc(
        {kind, direct, p.input, p.anyKernel, p.output, p.strides, p.dilations, p.padLow, p.padHigh},
        attr, engine());
#endif
}

/// The kernel as the library wants to read it: the caller's buffer, or a reordered copy of it.
memory readable(kdnn_primitive &made, const memory &kernel, const memory::desc &wanted) {
    if (wanted == kernel.get_desc()) return kernel;
    const auto copy = made.temporary(wanted);
    made.reorder(kernel, copy);
    return copy;
}

void prepareForward(kdnn_primitive &made, const kdnn_convolution &shape) {
    const auto p = parts(shape);
    // The kind for inference prepares nothing for a backward pass and allows more kernels.
    const auto chosen = forward(p, dnnl::prop_kind::forward_inference, attributes());
    const auto input = made.buffer(p.input);
    const auto kernel = made.buffer(p.kernel);
    const auto output = made.buffer(p.output);
    const auto weights = readable(made, kernel, chosen.weights_desc());
    made.stage(
        dnnl::convolution_forward(chosen), chosen.scratchpad_desc(),
        {{DNNL_ARG_SRC, input}, {DNNL_ARG_WEIGHTS, weights}, {DNNL_ARG_DST, output}});
}

void prepareInputGradient(kdnn_primitive &made, const kdnn_convolution &shape) {
    const auto p = parts(shape);
    const auto attr = attributes();
    const auto hint = forward(p, dnnl::prop_kind::forward_training, attr);
    const auto direct = dnnl::algorithm::convolution_direct;
#if DNNL_VERSION_MAJOR >= 3
    const dnnl::convolution_backward_data::primitive_desc chosen(
        engine(), direct, p.input, p.anyKernel, p.output, p.strides, p.dilations, p.padLow,
        p.padHigh, hint, attr);
#else
    const dnnl::convolution_backward_data::primitive_desc chosen(
        {direct, p.input, p.anyKernel, p.output, p.strides, p.dilations, p.padLow, p.padHigh},
        attr, engine(), hint);
#endif
    const auto output = made.buffer(p.output);
    const auto kernel = made.buffer(p.kernel);
    const auto input = made.buffer(p.input);
    const auto weights = readable(made, kernel, chosen.weights_desc());
    made.stage(
        dnnl::convolution_backward_data(chosen), chosen.scratchpad_desc(),
        {{DNNL_ARG_DIFF_DST, output}, {DNNL_ARG_WEIGHTS, weights}, {DNNL_ARG_DIFF_SRC, input}});
}

void prepareWeightGradient(kdnn_primitive &made, const kdnn_convolution &shape) {
    const auto p = parts(shape);
    const auto attr = attributes();
    const auto hint = forward(p, dnnl::prop_kind::forward_training, attr);
    const auto direct = dnnl::algorithm::convolution_direct;
#if DNNL_VERSION_MAJOR >= 3
    const dnnl::convolution_backward_weights::primitive_desc chosen(
        engine(), direct, p.input, p.anyKernel, p.output, p.strides, p.dilations, p.padLow,
        p.padHigh, hint, attr);
#else
    const dnnl::convolution_backward_weights::primitive_desc chosen(
        {direct, p.input, p.anyKernel, p.output, p.strides, p.dilations, p.padLow, p.padHigh},
        attr, engine(), hint);
#endif
    const auto input = made.buffer(p.input);
    const auto output = made.buffer(p.output);
    const auto kernel = made.buffer(p.kernel);
    const auto wanted = chosen.diff_weights_desc();
    const bool plain = wanted == p.kernel;
    const auto gradient = plain ? kernel : made.temporary(wanted);
    made.stage(
        dnnl::convolution_backward_weights(chosen), chosen.scratchpad_desc(),
        {{DNNL_ARG_SRC, input}, {DNNL_ARG_DIFF_DST, output}, {DNNL_ARG_DIFF_WEIGHTS, gradient}});
    if (!plain) made.reorder(gradient, kernel);
}

}  // namespace

}  // namespace kalsae

extern "C" {

int kdnn_convolution_forward(const kdnn_convolution *shape, kdnn_primitive **primitive) {
    return kalsae::build(primitive, [&](kdnn_primitive &made) {
        kalsae::prepareForward(made, *shape);
    });
}

int kdnn_convolution_input_gradient(const kdnn_convolution *shape, kdnn_primitive **primitive) {
    return kalsae::build(primitive, [&](kdnn_primitive &made) {
        kalsae::prepareInputGradient(made, *shape);
    });
}

int kdnn_convolution_weight_gradient(const kdnn_convolution *shape, kdnn_primitive **primitive) {
    return kalsae::build(primitive, [&](kdnn_primitive &made) {
        kalsae::prepareWeightGradient(made, *shape);
    });
}

}  // extern "C"
