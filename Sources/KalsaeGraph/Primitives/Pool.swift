import KalsaeSupport

/// How a pooling window steps over its input; axes are (height, width).
public struct PoolParameters: Hashable, Codable, Sendable {
    /// What is taken of a window.
    public enum Kind: String, CaseIterable, Hashable, Codable, Sendable {
        /// The largest element; its gradient goes to the first largest one.
        case max
        /// The mean of the elements inside the input.
        case average
        /// The mean with padding counted as zeros.
        case averageWithPadding
    }

    /// What is taken of a window.
    public var kind: Kind
    /// The window's size.
    public var window: Pair
    /// Step between windows.
    public var strides: Pair
    /// Rows and columns added around the input; smaller than the window.
    public var padding: Padding2D

    /// Makes parameters; without strides, windows do not overlap.
    public init(
        _ kind: Kind, window: Pair, strides: Pair? = nil, padding: Padding2D = .zero
    ) {
        self.kind = kind
        self.window = window
        self.strides = strides ?? window
        self.padding = padding
    }
}

extension PoolParameters {
    func resultType(input: TensorType) throws(KalsaeError) -> TensorType {
        let name = "\(kind.rawValue) pool"
        try TypeChecks.sameFloat(name, [input])
        guard input.shape.rank == 4 else {
            throw KalsaeError(
                name, expected: "input [batch, height, width, channels]", got: "\(input.shape)")
        }
        // A window that lies wholly in the padding would have no element.
        let fits =
            input.shape[1] > 0 && input.shape[2] > 0
            && padding.top < window.height && padding.bottom < window.height
            && padding.left < window.width && padding.right < window.width
        guard fits,
            let height = ConvolutionParameters.outputSize(
                input.shape[1], low: padding.top, high: padding.bottom, window: window.height,
                stride: strides.height, dilation: 1),
            let width = ConvolutionParameters.outputSize(
                input.shape[2], low: padding.left, high: padding.right, window: window.width,
                stride: strides.width, dilation: 1)
        else {
            throw KalsaeError(
                name,
                expected: "a window no larger than its padded input, padding under the window",
                got: "\(self) on input \(input.shape)")
        }
        return TensorType(input.dtype, [input.shape[0], height, width, input.shape[3]])
    }

    func gradientType(input: TensorType, gradient: TensorType) throws(KalsaeError) -> TensorType {
        try TypeChecks.same("pool gradient", gradient, try resultType(input: input))
        return input
    }
}
