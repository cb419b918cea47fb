import KalsaeGraph
import KalsaeTensor

extension Sequential {
    /// One layer in a summary.
    public struct SummaryRow: Sendable, Equatable {
        /// The layer's name, as in `dense1`.
        public var name: String
        /// The shape of one output, without the batch; empty where it is not known.
        public var output: [Int]
        /// The numbers that are trained.
        public var parameters: Int
    }

    /// The layers with their shapes and parameters; nothing is computed.
    public var summary: [SummaryRow] {
        var shape = inputShape.map { Shape([1] + $0.sizes) }
        return layers.map { entry in
            if let known = shape {
                let output = entry.layer(.zeros(known))
                shape = output.fault == nil ? output.shape : nil
            }
            return SummaryRow(
                name: entry.name, output: shape.map { Array($0.dropFirst()) } ?? [],
                parameters: entry.layer.parameterCount)
        }
    }
}
