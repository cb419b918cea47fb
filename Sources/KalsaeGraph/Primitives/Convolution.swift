import KalsaeSupport

/// How a convolution steps over its input; axes are (height, width).
public struct ConvolutionParameters: Hashable, Codable, Sendable {
    /// Step between outputs, at least 1.
    public var strides: Pair
    /// Zeros before and behind each axis.
    public var padding: Padding2D
    /// Distance between kernel elements, at least 1.
    public var dilations: Pair
    /// Independent groups of channels; divides input and output channels.
    public var groups: Int

    /// Makes parameters; without arguments, stride 1, no padding.
    public init(
        strides: Pair = Pair(1, 1), padding: Padding2D = .zero, dilations: Pair = Pair(1, 1),
        groups: Int = 1
    ) {
        self.strides = strides
        self.padding = padding
        self.dilations = dilations
        self.groups = groups
    }
}

/// Two numbers, one for the height and one for the width.
public struct Pair: Hashable, Sendable {
    /// Along the height.
    public var height: Int
    /// Along the width.
    public var width: Int

    /// Makes a pair.
    public init(_ height: Int, _ width: Int) {
        self.height = height
        self.width = width
    }
}

/// Rows and columns added round an image.
public struct Padding2D: Hashable, Sendable {
    public var top: Int, bottom: Int, left: Int, right: Int

    /// Makes a padding.
    public init(top: Int, bottom: Int, left: Int, right: Int) {
        self.top = top
        self.bottom = bottom
        self.left = left
        self.right = right
    }

    /// The same number of rows and columns on all four sides.
    public init(all size: Int) { self.init(top: size, bottom: size, left: size, right: size) }

    /// No padding.
    public static let zero = Padding2D(all: 0)
}

extension ConvolutionParameters {
    /// Positions of a window along one axis: `(size + low + high - dilation * (window - 1) - 1) /
    /// stride + 1`, or nil where the window does not fit or a parameter is out of range.
    static func outputSize(
        _ size: Int, low: Int, high: Int, window: Int, stride: Int, dilation: Int
    ) -> Int? {
        let limit = 1 << 24
        guard low >= 0, high >= 0, window >= 1, stride >= 1, dilation >= 1,
            low < limit, high < limit, window < limit, dilation < limit, size < 1 << 40
        else { return nil }
        let span = dilation * (window - 1) + 1
        let steps = size + low + high - span
        return steps < 0 ? nil : steps / stride + 1
    }

    func resultType(input: TensorType, kernel: TensorType) throws(KalsaeError) -> TensorType {
        let name = "convolution"
        try TypeChecks.sameFactors(name, [input, kernel])
        guard input.shape.rank == 4, kernel.shape.rank == 4 else {
            throw KalsaeError(
                name, expected: "input [batch, height, width, channels] and kernel [h, w, in, out]",
                got: "\(input.shape) and \(kernel.shape)")
        }
        let channels = kernel.shape[2].multipliedReportingOverflow(by: groups)
        guard groups >= 1, !channels.overflow, channels.partialValue == input.shape[3],
            kernel.shape[3] % groups == 0
        else {
            throw KalsaeError(
                name,
                expected: "kernel [h, w, \(input.shape[3]) / groups, a multiple of groups]",
                got: "kernel \(kernel.shape) on input \(input.shape) with groups \(groups)")
        }
        guard
            let height = Self.outputSize(
                input.shape[1], low: padding.top, high: padding.bottom, window: kernel.shape[0],
                stride: strides.height, dilation: dilations.height),
            let width = Self.outputSize(
                input.shape[2], low: padding.left, high: padding.right, window: kernel.shape[1],
                stride: strides.width, dilation: dilations.width)
        else {
            throw KalsaeError(
                name, expected: "a kernel no larger than its padded input, positive strides",
                got: "kernel \(kernel.shape), input \(input.shape), \(self)")
        }
        return TensorType(input.dtype.sumType, [input.shape[0], height, width, kernel.shape[3]])
    }

    func inputGradientType(
        gradient: TensorType, kernel: TensorType, input: Shape
    ) throws(KalsaeError) -> TensorType {
        let forward = try resultType(
            input: TensorType(gradient.dtype, input), kernel: kernel)
        try TypeChecks.same(
            "convolutionInputGradient", gradient, TensorType(kernel.dtype, forward.shape))
        return TensorType(gradient.dtype.sumType, input)
    }

    func weightGradientType(
        input: TensorType, gradient: TensorType, kernel: Shape
    ) throws(KalsaeError) -> TensorType {
        let forward = try resultType(
            input: input, kernel: TensorType(gradient.dtype, kernel))
        try TypeChecks.same(
            "convolutionWeightGradient", gradient, TensorType(input.dtype, forward.shape))
        return TensorType(gradient.dtype.sumType, kernel)
    }
}
