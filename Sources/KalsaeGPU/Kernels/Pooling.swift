import KalsaeGraph
import KalsaeLowering

extension LoweredOp {
    /// The largest or the mean of each window, a work item each.
    func pool(_ parameters: PoolParameters, _ context: KernelContext) -> TaskCalls {
        let count = type.shape.elementCount
        guard count > 0 else { return TaskCalls() }
        let input = operandTypes[0].shape
        var kernel = KernelBuilder(
            extent: max(count, input.elementCount), isGuarded: context.isGuarded)
        let (cType, suffix) = (type.dtype.cType, type.dtype.suffix)
        let x = kernel.buffer("const \(cType)", operand(0)), y = kernel.buffer(cType, output)
        let size = kernel.integer(count)
        let text = PoolText(parameters, input: input, output: type.shape, cType, &kernel)
        let isMax = parameters.kind == .max
        let join = isMax ? "sum = max_\(suffix)(sum, value);" : "sum += value; inside++;"
        return TaskCalls([
            kernel.call(
                groupCount: context.groups(for: count),
                body: kernel.grid(
                    size,
                    """
                    \(text.position(of: "i", text.outWidth, text.outHeight, "ox", "oy"))
                    \(cType) sum = \(isMax ? "LEAST_\(suffix)" : "0");
                    int inside = 0;
                    \(text.forEachElement("const \(cType) value = \(x)[at]; \(join)"))
                    \(y)[i] = \(isMax ? "sum" : "sum / \(text.divisor("inside"))");
                    """))
        ])
    }

    /// The gradient for the input: of each element, all windows that hold it.
    func poolGradient(_ parameters: PoolParameters, _ context: KernelContext) -> TaskCalls {
        let count = type.shape.elementCount
        guard count > 0 else { return TaskCalls() }
        let output = operandTypes[1].shape
        var kernel = KernelBuilder(
            extent: max(count, output.elementCount), isGuarded: context.isGuarded)
        let (cType, suffix) = (type.dtype.cType, type.dtype.suffix)
        let x = kernel.buffer("const \(cType)", operand(0))
        let g = kernel.buffer("const \(cType)", operand(1))
        let y = kernel.buffer(cType, self.output)
        let size = kernel.integer(count)
        let text = PoolText(parameters, input: type.shape, output: output, cType, &kernel)
        // The largest of the window must be this element; of a mean each element has its part.
        let take =
            parameters.kind == .max
            ? """
            I best = -1;
            \(text.forEachElement("if (best < 0 || beats_max_\(suffix)(\(x)[at], at, \(x)[best], best)) best = at;"))
            if (best == i) sum += \(g)[from];
            """
            : """
            int inside = 0;
            \(text.forEachElement("inside++;"))
            sum += \(g)[from] / \(text.divisor("inside"));
            """
        return TaskCalls([
            kernel.call(
                groupCount: context.groups(for: count),
                body: kernel.grid(
                    size,
                    """
                    \(text.position(of: "i", text.width, text.height, "px", "py"))
                    \(cType) sum = 0;
                    for (I ky = (py + \(text.padY)) % \(text.strideY); ky < \(text.windowY); ky += \(text.strideY)) {
                    for (I kx = (px + \(text.padX)) % \(text.strideX); kx < \(text.windowX); kx += \(text.strideX)) {
                    const I topY = py + \(text.padY) - ky, leftX = px + \(text.padX) - kx;
                    const I oy = topY / \(text.strideY), ox = leftX / \(text.strideX);
                    if (topY < 0 || leftX < 0 || oy >= \(text.outHeight) || ox >= \(text.outWidth)) continue;
                    const I from = ((image * \(text.outHeight) + oy) * \(text.outWidth) + ox) * \(text.channels) + c;
                    \(take)
                    }
                    }
                    \(y)[i] = sum;
                    """))
        ])
    }
}

/// Names and lines that a pooling and its gradient have in common.
private struct PoolText {
    let width, height, outWidth, outHeight, channels: String
    let windowX, windowY, strideX, strideY, padX, padY: String
    private let type: String
    private let countsPadding: Bool

    init(
        _ parameters: PoolParameters, input: Shape, output: Shape, _ type: String,
        _ kernel: inout KernelBuilder
    ) {
        (height, width) = (kernel.integer(input[1]), kernel.integer(input[2]))
        (outHeight, outWidth) = (kernel.integer(output[1]), kernel.integer(output[2]))
        channels = kernel.integer(input[3])
        windowY = kernel.integer(parameters.window.height)
        windowX = kernel.integer(parameters.window.width)
        strideY = kernel.integer(parameters.strides.height)
        strideX = kernel.integer(parameters.strides.width)
        padY = kernel.integer(parameters.padding.top)
        padX = kernel.integer(parameters.padding.left)
        countsPadding = parameters.kind == .averageWithPadding
        self.type = type
    }

    /// Lines that take an element's number apart.
    func position(
        of number: String, _ width: String, _ height: String, _ x: String, _ y: String
    ) -> String {
        """
        const I c = \(number) % \(channels), pixel = \(number) / \(channels);
        const I \(x) = pixel % \(width), \(y) = pixel / \(width) % \(height);
        const I image = pixel / \(width) / \(height);
        """
    }

    /// Lines for each element inside the input of the window at `oy`, `ox`; its index is `at`.
    func forEachElement(_ body: String) -> String {
        """
        for (I wy = 0; wy < \(windowY); wy++) {
        const I y = oy * \(strideY) - \(padY) + wy;
        if (y < 0 || y >= \(height)) continue;
        for (I wx = 0; wx < \(windowX); wx++) {
        const I x = ox * \(strideX) - \(padX) + wx;
        if (x < 0 || x >= \(width)) continue;
        const I at = ((image * \(height) + y) * \(width) + x) * \(channels) + c;
        \(body)
        }
        }
        """
    }

    /// What a sum is divided by.
    func divisor(_ inside: String) -> String {
        countsPadding ? "(\(type))(\(windowY) * \(windowX))" : "(\(type))\(inside)"
    }
}
