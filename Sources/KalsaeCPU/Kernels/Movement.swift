import CKalsaeKernels
import KalsaeGraph
import KalsaeSupport

/// A copy between strided layouts, its axes merged as far as they go.
struct StridedCopy: Sendable {
    private var copy: kls_copy

    /// Plans the copy of `sizes` elements, row-major, with these steps in elements.
    ///
    /// Throws where more than eight axes remain that cannot be merged.
    init(
        _ name: String, _ dtype: DType, sizes: [Int], from: [Int], to: [Int], fromStart: Int = 0,
        toStart: Int = 0
    ) throws(KalsaeError) {
        var axes: [(size: Int, from: Int, to: Int)] = []
        for axis in sizes.indices where sizes[axis] != 1 {
            let (size, from, to) = (sizes[axis], from[axis], to[axis])
            if let outer = axes.last, outer.from == from &* size, outer.to == to &* size {
                axes[axes.count - 1] = (outer.size &* size, from, to)
            } else {
                axes.append((size, from, to))
            }
        }
        guard axes.count <= Int(KLS_COPY_RANK) else {
            throw KalsaeError(
                name, expected: "at most \(KLS_COPY_RANK) axes that move apart",
                got: "\(axes.count)", advice: "reshape neighboring axes into one first")
        }
        copy = kls_copy()
        copy.rank = Int32(axes.count)
        copy.element_size = Int32(dtype.byteSize)
        copy.from_start = Int64(fromStart)
        copy.to_start = Int64(toStart)
        withUnsafeMutableBytes(of: &copy.dims) { dims in
            for (index, axis) in axes.enumerated() {
                dims.storeBytes(of: Int64(axis.size), toByteOffset: 8 * index, as: Int64.self)
            }
        }
        withUnsafeMutableBytes(of: &copy.from) { steps in
            for (index, axis) in axes.enumerated() {
                steps.storeBytes(of: Int64(axis.from), toByteOffset: 8 * index, as: Int64.self)
            }
        }
        withUnsafeMutableBytes(of: &copy.to) { steps in
            for (index, axis) in axes.enumerated() {
                steps.storeBytes(of: Int64(axis.to), toByteOffset: 8 * index, as: Int64.self)
            }
        }
    }

    func run(from: UnsafeRawPointer, to: UnsafeMutableRawPointer) {
        withUnsafePointer(to: copy) { kls_copy_run($0, from, to) }
    }
}

/// A copy into the middle of memory that is first filled with one value.
struct PaddedCopy: Sendable {
    private var copy: StridedCopy
    private var count: Int64
    private var elementSize: Int32
    private var isWhole: Bool

    init(_ pad: PadParameters, from: TensorType, to: TensorType) throws(KalsaeError) {
        let steps = to.shape.strides
        var start = 0
        var outer: [Int] = []
        for axis in steps.indices {
            outer.append(steps[axis] * (pad.interior[axis] + 1))
            start += steps[axis] * pad.low[axis]
        }
        copy = try StridedCopy(
            "pad", from.dtype, sizes: from.shape.sizes, from: from.shape.strides, to: outer,
            toStart: start)
        count = Int64(to.shape.elementCount)
        elementSize = Int32(to.dtype.byteSize)
        isWhole = from.shape == to.shape
    }

    func run(
        from: UnsafeRawPointer, value: UnsafeRawPointer, to: UnsafeMutableRawPointer
    ) {
        if !isWhole { kls_set_elements(elementSize, value, to, count) }
        copy.run(from: from, to: to)
    }
}

extension Kernel {
    private static func copying(_ name: String, _ copy: StridedCopy) -> Kernel {
        Kernel(name: name, usesThreads: true) { copy.run(from: $0[0], to: $0[1]) }
    }

    /// The same elements in the same order.
    package static func reshape(_ operand: TensorType) throws(KalsaeError) -> Kernel {
        let count = operand.shape.elementCount
        let copy = try StridedCopy("reshape", operand.dtype, sizes: [count], from: [1], to: [1])
        return copying("reshape", copy)
    }

    /// Repeats axes of size 1 to the sizes of the result.
    package static func broadcast(
        _ operand: TensorType, to shape: Shape
    ) throws(KalsaeError) -> Kernel {
        let steps = operand.shape.strides
        let from = shape.indices.map { operand.shape[$0] == 1 ? 0 : steps[$0] }
        let copy = try StridedCopy(
            "broadcast", operand.dtype, sizes: shape.sizes, from: from, to: shape.strides)
        return copying("broadcast", copy)
    }

    /// Axes in another order: axis `i` of the result is axis `permutation[i]` of the operand.
    package static func transpose(
        _ operand: TensorType, _ permutation: [Int]
    ) throws(KalsaeError) -> Kernel {
        let shape = Shape(permutation.map { operand.shape[$0] })
        let steps = operand.shape.strides
        let copy = try StridedCopy(
            "transpose", operand.dtype, sizes: shape.sizes, from: permutation.map { steps[$0] },
            to: shape.strides)
        return copying("transpose", copy)
    }

    /// Every `stride`-th element of each axis from `start` on.
    package static func slice(
        _ operand: TensorType, _ slice: SliceParameters
    ) throws(KalsaeError) -> Kernel {
        let shape = Shape(slice.counts)
        guard shape.elementCount > 0 else { return Kernel(name: "slice") { _ in } }
        let steps = operand.shape.strides
        var start = 0
        var from: [Int] = []
        for axis in steps.indices {
            start += steps[axis] * slice.starts[axis]
            // With one element the step is never taken, however large it is.
            from.append(shape[axis] == 1 ? 0 : steps[axis] * slice.strides[axis])
        }
        let copy = try StridedCopy(
            "slice", operand.dtype, sizes: shape.sizes, from: from, to: shape.strides,
            fromStart: start)
        return copying("slice", copy)
    }

    /// A number put before, behind and between the elements; operands values, number.
    package static func pad(
        _ operand: TensorType, _ parameters: PadParameters, result: TensorType
    ) throws(KalsaeError) -> Kernel {
        let copy = try PaddedCopy(parameters, from: operand, to: result)
        return Kernel(name: "pad", usesThreads: true) { buffers in
            copy.run(from: buffers[0], value: buffers[1], to: buffers[2])
        }
    }

    /// Operands one behind the other along an axis.
    package static func concatenate(
        _ operands: [TensorType], axis: Int, result: TensorType
    ) throws(KalsaeError) -> Kernel {
        let steps = result.shape.strides
        var copies: [StridedCopy] = []
        var start = 0
        for operand in operands {
            copies.append(
                try StridedCopy(
                    "concatenate", operand.dtype, sizes: operand.shape.sizes,
                    from: operand.shape.strides, to: steps, toStart: start * steps[axis]))
            start += operand.shape[axis]
        }
        return Kernel(name: "concatenate", usesThreads: true) { [copies] buffers in
            for (index, copy) in copies.enumerated() {
                copy.run(from: buffers[index], to: buffers[copies.count])
            }
        }
    }
}
