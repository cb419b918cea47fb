import KalsaeGraph
import KalsaeLowering

extension LoweredOp {
    /// A strided value written densely.
    func copy(_ context: KernelContext) -> TaskCalls {
        let view = operands[0]
        return copy(
            from: operand(0), strides: view.strides, shape: view.shape, to: output,
            strides: view.shape.strides, context)
    }

    /// Operands one behind the other, a launch each.
    func concatenate(axis: Int, _ context: KernelContext) -> TaskCalls {
        var calls: [KernelCall] = []
        let strides = type.shape.strides
        var start = 0
        for (number, operandType) in operandTypes.enumerated() {
            let shape = operandType.shape
            let offset = start * strides[axis] * type.dtype.byteSize
            start += shape[axis]
            calls +=
                copy(
                    from: operand(number), strides: shape.strides, shape: shape,
                    to: .storage(result, byteOffset: offset), strides: strides, context
                ).calls
        }
        return TaskCalls(calls)
    }

    private func copy(
        from: KernelCall.Argument, strides: [Int], shape: Shape, to: KernelCall.Argument,
        strides targets: [Int], _ context: KernelContext
    ) -> TaskCalls {
        let count = shape.elementCount
        guard count > 0 else { return TaskCalls() }
        // Axes of one element need no index.
        let axes = shape.indices.filter { shape[$0] > 1 }
        let reach = axes.reduce(1) { most, axis in
            max(most, (abs(strides[axis]) + abs(targets[axis])) * shape[axis])
        }
        var kernel = KernelBuilder(
            extent: max(count, reach, type.shape.elementCount), isGuarded: context.isGuarded)
        let x = kernel.buffer("const \(type.dtype.cType)", from)
        let y = kernel.buffer(type.dtype.cType, to)
        let size = kernel.integer(count)
        let indices = IndexText(axes, sizes: shape.sizes, &kernel)
        func sum(_ strides: [Int]) -> String {
            let terms = axes.map { "i\($0) * \(kernel.integer(strides[$0]))" }
            return terms.isEmpty ? "0" : terms.joined(separator: " + ")
        }
        let (source, target) = (sum(strides), sum(targets))
        return TaskCalls([
            kernel.call(
                groupCount: context.groups(for: count),
                body: kernel.grid(
                    size,
                    """
                    \(indices.lines(of: "i", needed: Set(axes)))
                    \(y)[\(target)] = \(x)[\(source)];
                    """))
        ])
    }

    /// Elements with a number before, behind and between them.
    func pad(_ pad: PadParameters, _ context: KernelContext) -> TaskCalls {
        let (shape, source) = (type.shape, operandTypes[0].shape)
        let count = shape.elementCount
        guard count > 0 else { return TaskCalls() }
        var kernel = KernelBuilder(extent: count, isGuarded: context.isGuarded)
        let cType = type.dtype.cType
        let x = kernel.buffer("const \(cType)", operand(0))
        let value = kernel.buffer("const \(cType)", operand(1))
        let y = kernel.buffer(cType, output)
        let size = kernel.integer(count)
        let axes = Array(shape.indices)
        let indices = IndexText(axes, sizes: shape.sizes, &kernel)
        var lines: [String] = []
        for axis in axes {
            let low = kernel.integer(pad.low[axis]), length = kernel.integer(source[axis])
            let step = kernel.integer(pad.interior[axis] + 1)
            lines.append(
                """
                const I from\(axis) = i\(axis) - \(low);
                if (from\(axis) < 0 || from\(axis) % \(step) != 0 || from\(axis) / \(step) >= \(length)) inside = 0;
                at = at * \(length) + from\(axis) / \(step);
                """)
        }
        return TaskCalls([
            kernel.call(
                groupCount: context.groups(for: count),
                body: kernel.grid(
                    size,
                    """
                    \(axes.isEmpty ? "" : indices.lines(of: "i", needed: Set(axes)))
                    int inside = 1; I at = 0;
                    \(lines.joined(separator: "\n"))
                    \(y)[i] = inside ? \(x)[at] : \(value)[0];
                    """))
        ])
    }

    /// 0, 1, 2, …
    func iota(_ context: KernelContext) -> TaskCalls {
        let count = type.shape.elementCount
        guard count > 0 else { return TaskCalls() }
        var kernel = KernelBuilder(extent: count, isGuarded: context.isGuarded)
        let y = kernel.buffer(type.dtype.cType, output), size = kernel.integer(count)
        return TaskCalls([
            kernel.call(
                groupCount: context.groups(for: count),
                body: kernel.grid(size, "\(y)[i] = (\(type.dtype.cType))i;"))
        ])
    }
}
