import KalsaeGraph

/// Where a value's elements lie in some storage: an offset and a stride for each axis, in elements.
package struct View: Hashable, Sendable {
    /// The storage's number.
    package var storage: Int
    /// Elements in front of the first.
    package var offset: Int
    package var shape: Shape
    /// Elements from one index of an axis to the next.
    package var strides: [Int]

    /// A value that fills its storage in row-major order.
    package init(dense storage: Int, _ shape: Shape) {
        self.storage = storage
        self.shape = shape
        offset = 0
        strides = shape.strides
    }

    /// Whether the elements lie one behind the other in row-major order.
    package var isDense: Bool {
        var expected = 1
        for axis in shape.indices.reversed() where shape[axis] != 1 {
            if strides[axis] != expected { return shape.elementCount == 0 }
            expected *= shape[axis]
        }
        return true
    }

    /// Whether one element is read everywhere.
    package var isUniform: Bool {
        shape.indices.allSatisfy { shape[$0] == 1 || strides[$0] == 0 }
    }

    /// The stride of the innermost axis that has more than one element.
    package var innerStride: Int {
        shape.indices.last { shape[$0] != 1 }.map { strides[$0] } ?? 0
    }

    func broadcast(to target: Shape) -> View {
        var view = self
        for axis in shape.indices where shape[axis] != target[axis] { view.strides[axis] = 0 }
        view.shape = target
        return view
    }

    func transposed(_ permutation: [Int]) -> View {
        var view = self
        view.shape = Shape(permutation.map { shape[$0] })
        view.strides = permutation.map { strides[$0] }
        return view
    }

    func sliced(_ slice: SliceParameters) -> View {
        var view = self
        view.shape = Shape(slice.counts)
        guard view.shape.elementCount > 0 else {
            view.strides = view.shape.strides
            return view
        }
        for axis in shape.indices {
            view.offset += slice.starts[axis] * strides[axis]
            // The step of a single element may be anything.
            let step = slice.counts[axis] > 1 ? slice.strides[axis] : 0
            view.strides[axis] = strides[axis] * step
        }
        return view
    }

    /// The same elements under another shape, or nil where no strides can say it.
    func reshaped(to target: Shape) -> View? {
        var view = self
        view.shape = target
        if isDense {
            view.strides = target.strides
            return view
        }
        if isUniform {
            view.strides = target.map { _ in 0 }
            return view
        }
        // Runs of axes with one stride, innermost first; each must hold whole axes of the target.
        var runs: [(size: Int, stride: Int)] = []
        for axis in shape.indices.reversed() where shape[axis] != 1 {
            if let last = runs.last, strides[axis] == last.stride * last.size {
                runs[runs.count - 1].size *= shape[axis]
            } else {
                runs.append((shape[axis], strides[axis]))
            }
        }
        view.strides = target.map { _ in 0 }
        var run = 0
        var left = runs[0].size
        var stride = runs[0].stride
        for axis in target.indices.reversed() where target[axis] != 1 {
            if left == 1 {
                run += 1
                guard run < runs.count else { return nil }
                (left, stride) = runs[run]
            }
            guard left % target[axis] == 0 else { return nil }
            view.strides[axis] = stride
            stride *= target[axis]
            left /= target[axis]
        }
        return view
    }
}
