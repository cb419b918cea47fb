extension Primitive {
    /// The name in printed graphs, faults and profiles.
    public var name: String {
        switch self {
        case .unary(let operation): operation.rawValue
        case .binary(let operation): operation.rawValue
        case .compare(let comparison): comparison.rawValue
        case .reduce(let reduction, _): reduction.rawValue
        case .scan(let scan, _): scan.rawValue
        case .argReduce(.max, _): "argMax"
        case .argReduce(.min, _): "argMin"
        case .pool(let parameters): "\(parameters.kind.rawValue)Pool"
        case .poolGradient(let parameters): "\(parameters.kind.rawValue)PoolGradient"
        case .random(let parameters): "random.\(parameters.distribution.rawValue)"
        case _: family.rawValue
        }
    }

    /// The parameters in printed graphs, as in `axes: [0]`; empty where there are none.
    package var parameterText: String {
        switch self {
        case .input(let position): "\(position)"
        case .constant(let scalar): "\(scalar)"
        case .transpose(let permutation): "\(permutation)"
        case .slice(let slice): "\(slice.starts) \(slice.counts) \(slice.strides)"
        case .pad(let pad): "low: \(pad.low), high: \(pad.high), interior: \(pad.interior)"
        case .concatenate(let axis), .gather(let axis), .scatterAdd(let axis),
            .argReduce(_, let axis):
            "axis: \(axis)"
        case .reduce(_, let axes): "axes: \(axes)"
        case .matrixProduct(let product):
            (product.transposeLeft ? "left^T" : "") + (product.transposeRight ? "right^T" : "")
        case .convolution(let convolution), .convolutionInputGradient(let convolution, _),
            .convolutionWeightGradient(let convolution, _):
            "strides: \(convolution.strides.height)x\(convolution.strides.width)"
                + ", groups: \(convolution.groups)"
        case .pool(let pool), .poolGradient(let pool):
            "window: \(pool.window.height)x\(pool.window.width)"
        case .attention(let attention), .attentionGradient(let attention):
            "heads: \(attention.heads), causal: \(attention.isCausal)"
        case .scan(_, let scan):
            "axis: \(scan.axis), exclusive: \(scan.exclusive), reverse: \(scan.reverse)"
        case .argSort(let descending): descending ? "descending" : ""
        case .topK(let k): "\(k)"
        case _: ""
        }
    }
}
