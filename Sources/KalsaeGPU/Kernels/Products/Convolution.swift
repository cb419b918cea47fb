import KalsaeGraph
import KalsaeLowering

extension LoweredOp {
    /// A convolution as a product of its windows with the kernel; groups are stacks.
    func convolution(
        _ parameters: ConvolutionParameters, _ result: ProductResult, _ context: KernelContext
    ) -> TaskCalls {
        convolutionText(parameters, result.storages, context).forward(result, context)
    }

    /// The gradient for the input: of each element, all windows that hold it.
    func convolutionInputGradient(
        _ parameters: ConvolutionParameters, _ result: ProductResult, _ context: KernelContext
    ) -> TaskCalls {
        inputGradientText(parameters, result.storages, context).inputGradient(result, context)
    }

    /// The gradient for the kernel: a product over all windows.
    func convolutionWeightGradient(
        _ parameters: ConvolutionParameters, _ result: ProductResult, _ context: KernelContext
    ) -> TaskCalls {
        weightGradientText(parameters, result.storages, context).weightGradient(result, context)
    }

    private func convolutionText(
        _ parameters: ConvolutionParameters, _ storages: [Storage], _ context: KernelContext
    ) -> ConvolutionText {
        ConvolutionText(
            parameters, input: operandTypes[0].shape, kernel: operandTypes[1].shape,
            output: type.shape, self, storages, context)
    }

    private func inputGradientText(
        _ parameters: ConvolutionParameters, _ storages: [Storage], _ context: KernelContext
    ) -> ConvolutionText {
        ConvolutionText(
            parameters, input: type.shape, kernel: operandTypes[1].shape,
            output: operandTypes[0].shape, self, storages, context)
    }

    private func weightGradientText(
        _ parameters: ConvolutionParameters, _ storages: [Storage], _ context: KernelContext
    ) -> ConvolutionText {
        ConvolutionText(
            parameters, input: operandTypes[0].shape, kernel: type.shape,
            output: operandTypes[1].shape, self, storages, context)
    }

    /// The product that it is, with its tiles; nil for other ops.
    func tiledProduct(_ storages: [Storage], _ context: KernelContext) -> TiledProduct? {
        switch kernelPrimitive {
        case .matrixProduct(let parameters): tiledProduct(parameters, storages, context)
        case .convolution(let parameters):
            convolutionText(parameters, storages, context).forwardProduct
        case .convolutionInputGradient(let parameters, _):
            inputGradientText(parameters, storages, context).inputGradientProduct
        case .convolutionWeightGradient(let parameters, _):
            weightGradientText(parameters, storages, context).weightGradientProduct
        case _: nil
        }
    }
}

/// The three products of a convolution of `[batch, height, width, in]` with `[kh, kw, in / groups, out]`.
private struct ConvolutionText {
    let parameters: ConvolutionParameters
    let input: Shape, kernel: Shape, output: Shape
    /// The type of sums, and that of both operands.
    let dtype: DType, factor: DType
    /// Channels of a group.
    let (ins, outs): (Int, Int)
    private let op: LoweredOp
    private let storages: [Storage]
    private let context: KernelContext

    init(
        _ parameters: ConvolutionParameters, input: Shape, kernel: Shape, output: Shape,
        _ op: LoweredOp, _ storages: [Storage], _ context: KernelContext
    ) {
        self.parameters = parameters
        (self.op, self.storages, self.context) = (op, storages, context)
        (self.input, self.kernel, self.output) = (input, kernel, output)
        (dtype, factor) = (op.type.dtype, op.operandTypes[0].dtype)
        (ins, outs) = (kernel[2], kernel[3] / max(parameters.groups, 1))
    }

    var forwardProduct: TiledProduct {
        product(
            runs: (ins, outs), rows: output[0] * output[1] * output[2], columns: outs,
            inner: kernel[0] * kernel[1] * ins)
    }

    var inputGradientProduct: TiledProduct {
        product(
            runs: (outs, outs), rows: input[0] * input[1] * input[2], columns: ins,
            inner: kernel[0] * kernel[1] * outs)
    }

    var weightGradientProduct: TiledProduct {
        product(
            runs: (ins, outs), rows: kernel[0] * kernel[1] * ins, columns: outs,
            inner: output[0] * output[1] * output[2])
    }

    /// - Parameter runs: channels of both operands that lie side by side.
    private func product(
        runs: (Int, Int), rows: Int, columns: Int, inner: Int
    ) -> TiledProduct {
        TiledProduct(
            dtype, op.productOperand(0, run: runs.0, storages),
            op.productOperand(1, run: runs.1, storages), rows: rows, columns: columns,
            inner: inner, stacks: parameters.groups, context)
    }

    /// Names of the sizes that all three products use.
    private struct Names {
        let height, width, channels, outHeight, outWidth, outChannels, taps, ins, outs: String
        let strideY, strideX, padY, padX, dilationY, dilationX: String
    }

    private func names(_ kernel: inout KernelBuilder) -> Names {
        Names(
            height: kernel.integer(input[1]), width: kernel.integer(input[2]),
            channels: kernel.integer(input[3]), outHeight: kernel.integer(output[1]),
            outWidth: kernel.integer(output[2]), outChannels: kernel.integer(output[3]),
            taps: kernel.integer(self.kernel[1]), ins: kernel.integer(ins),
            outs: kernel.integer(outs), strideY: kernel.integer(parameters.strides.height),
            strideX: kernel.integer(parameters.strides.width),
            padY: kernel.integer(parameters.padding.top),
            padX: kernel.integer(parameters.padding.left),
            dilationY: kernel.integer(parameters.dilations.height),
            dilationX: kernel.integer(parameters.dilations.width))
    }

    /// The elements of the windows: of window `row` or `k`, under tap and channel of the other.
    private func windows(
        _ x: String, _ n: Names, isRow: Bool, _ loader: inout TileLoader
    ) {
        let window = isRow ? "m" : "k"
        let corner = [
            ("cornerY", "\(window) / \(n.outWidth) % \(n.outHeight) * \(n.strideY) - \(n.padY)"),
            ("cornerX", "\(window) % \(n.outWidth) * \(n.strideX) - \(n.padX)"),
            ("image", "\(window) / \(n.outWidth) / \(n.outHeight) * \(n.height)"),
        ]
        let other = isRow ? "k" : "m"
        let tap = [
            ("tapY", "\(other) / \(n.ins) / \(n.taps) * \(n.dilationY)"),
            ("tapX", "\(other) / \(n.ins) % \(n.taps) * \(n.dilationX)"),
            ("channel", "stack * \(n.ins) + \(other) % \(n.ins)"),
        ]
        func names(_ lines: [(String, String)]) -> [String] { lines.map(\.0) }
        func set(_ lines: [(String, String)]) -> String {
            lines.map { "\(TileLoader.number($0.0)) = \($0.1);" }.joined(separator: "\n")
        }
        func define(_ lines: [(String, String)]) -> String {
            lines.map { "const I \($0.0) = \($0.1);" }.joined(separator: "\n")
        }
        let (row, inner) = isRow ? (corner, tap) : (tap, corner)
        func get(_ name: String) -> String {
            names(row).contains(name) ? TileLoader.number(name) : name
        }
        read(x, &loader)
        loader.isAlongK = isRow
        (loader.rowNames, loader.row, loader.inner) = (names(row), set(row), define(inner))
        loader.locate = """
            const I y = \(get("cornerY")) + \(get("tapY")), x = \(get("cornerX")) + \(get("tapX"));
            inside = y >= 0 && y < \(n.height) && x >= 0 && x < \(n.width);
            at = ((\(get("image")) + y) * \(n.width) + x) * \(n.channels) + \(get("channel"));
            """
    }

    private func read(_ buffer: String, _ loader: inout TileLoader) {
        (loader.buffer, loader.dtype) = (buffer, factor)
    }

    /// The elements of the kernel, or of a gradient: `k` by `k` the channels of a group.
    private func channels(_ buffer: String, _ n: Names, _ loader: inout TileLoader) {
        read(buffer, &loader)
        loader.isAlongK = false
        loader.locate = "at = k * \(n.outChannels) + stack * \(n.outs) + n;"
    }

    func forward(_ result: ProductResult, _ context: KernelContext) -> TaskCalls {
        guard output.elementCount > 0 else { return TaskCalls() }
        var product = forwardProduct
        var builder = builder(context, product, output, result)
        let x = builder.buffer("const \(factor.cType)", result.op.operand(0))
        let w = builder.buffer("const \(factor.cType)", result.op.operand(1))
        let n = names(&builder)
        windows(x, n, isRow: true, &product.left)
        channels(w, n, &product.right)
        return product.calls(builder, context, result) {
            stored(result, channels: output[3], of: outs, &$0)
        }
    }

    func inputGradient(_ result: ProductResult, _ context: KernelContext) -> TaskCalls {
        guard input.elementCount > 0 else { return TaskCalls() }
        var product = inputGradientProduct
        var builder = builder(context, product, input, result)
        let g = builder.buffer("const \(factor.cType)", result.op.operand(0))
        let w = builder.buffer("const \(factor.cType)", result.op.operand(1))
        let n = names(&builder)
        let (padY, padX) = (TileLoader.number("paddedY"), TileLoader.number("paddedX"))
        let image = TileLoader.number("image")
        read(g, &product.left)
        product.left.rowNames = ["paddedY", "paddedX", "image"]
        product.left.row = """
            \(padY) = m / \(n.width) % \(n.height) + \(n.padY);
            \(padX) = m % \(n.width) + \(n.padX);
            \(image) = m / \(n.width) / \(n.height) * \(n.outHeight);
            """
        product.left.inner = """
            const I c = stack * \(n.outs) + k % \(n.outs);
            const I tapY = k / \(n.outs) / \(n.taps) * \(n.dilationY);
            const I tapX = k / \(n.outs) % \(n.taps) * \(n.dilationX);
            """
        product.left.locate = """
            const I fromY = \(padY) - tapY, fromX = \(padX) - tapX;
            const I oy = fromY / \(n.strideY), ox = fromX / \(n.strideX);
            inside = fromY >= 0 && fromX >= 0 && oy * \(n.strideY) == fromY
                && ox * \(n.strideX) == fromX && oy < \(n.outHeight) && ox < \(n.outWidth);
            at = ((\(image) + oy) * \(n.outWidth) + ox) * \(n.outChannels) + c;
            """
        read(w, &product.right)
        product.right.inner = """
            const I tap = k / \(n.outs), channel = stack * \(n.outs) + k % \(n.outs);
            """
        product.right.locate = "at = (tap * \(n.ins) + n) * \(n.outChannels) + channel;"
        return product.calls(builder, context, result) {
            stored(result, channels: input[3], of: ins, &$0)
        }
    }

    func weightGradient(_ result: ProductResult, _ context: KernelContext) -> TaskCalls {
        guard kernel.elementCount > 0 else { return TaskCalls() }
        var product = weightGradientProduct
        var builder = builder(context, product, kernel, result)
        let x = builder.buffer("const \(factor.cType)", result.op.operand(0))
        let g = builder.buffer("const \(factor.cType)", result.op.operand(1))
        let n = names(&builder)
        windows(x, n, isRow: false, &product.left)
        channels(g, n, &product.right)
        return product.calls(builder, context, result) {
            stored(result, channels: output[3], of: outs, &$0)
        }
    }

    /// Lines for the result `v` at row `m` and channel `n` of the group.
    private func stored(
        _ result: ProductResult, channels: Int, of group: Int, _ kernel: inout KernelBuilder
    ) -> String {
        let group = kernel.integer(group)
        return result.stored(row: "m", column: "stack * \(group) + n", of: channels, &kernel)
    }

    private func builder(
        _ context: KernelContext, _ product: TiledProduct, _ shape: Shape, _ result: ProductResult
    ) -> KernelBuilder {
        let extent = max(
            input.elementCount, kernel.elementCount, output.elementCount, result.extent,
            product.parts * shape.elementCount)
        return KernelBuilder(extent: extent, isGuarded: context.isGuarded, hasBarriers: true)
    }
}
