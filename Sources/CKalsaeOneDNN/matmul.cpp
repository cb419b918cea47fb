#include "primitive.hpp"

namespace kalsae {

namespace {

using dnnl::memory;

memory::dims list(const int64_t *values, int rank) {
    return memory::dims(values, values + rank);
}

memory::dims rowMajor(const memory::dims &dims) {
    memory::dims strides(dims.size());
    memory::dim next = 1;
    for (size_t axis = dims.size(); axis-- > 0;) {
        strides[axis] = next;
        next *= dims[axis];
    }
    return strides;
}

void prepare(kdnn_primitive &made, const kdnn_matmul &product) {
    const auto type = memory::data_type::f32;
    const int rank = product.rank;
    const memory::desc lhs(list(product.lhs_dims, rank), type, list(product.lhs_strides, rank));
    const memory::desc rhs(list(product.rhs_dims, rank), type, list(product.rhs_strides, rank));
    const auto outDims = list(product.out_dims, rank);
    const memory::desc out(outDims, type, rowMajor(outDims));
    const auto attr = attributes();
#if DNNL_VERSION_MAJOR >= 3
    const dnnl::matmul::primitive_desc chosen(engine(), lhs, rhs, out, attr);
#else
    const dnnl::matmul::primitive_desc chosen({lhs, rhs, out}, attr, engine());
#endif
    // In the order of the caller's buffers.
    const auto left = made.buffer(lhs);
    const auto right = made.buffer(rhs);
    const auto result = made.buffer(out);
    made.stage(
        dnnl::matmul(chosen), chosen.scratchpad_desc(),
        {{DNNL_ARG_SRC, left}, {DNNL_ARG_WEIGHTS, right}, {DNNL_ARG_DST, result}});
}

}  // namespace

}  // namespace kalsae

extern "C" int kdnn_matmul_create(const kdnn_matmul *product, kdnn_primitive **primitive) {
    return kalsae::build(primitive, [&](kdnn_primitive &made) { kalsae::prepare(made, *product); });
}
