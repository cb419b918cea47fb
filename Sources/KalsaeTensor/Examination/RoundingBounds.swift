import KalsaeBackend
import KalsaeGraph
import KalsaeSupport

/// How far two results of one operation on the same operands may lie apart, number by number.
///
/// With u half a unit in the last place: sums of n terms lose at most `n · u · Σ|terms|` each (Higham,
/// "Accuracy and Stability of Numerical Algorithms", 2002, section 4.2), whose sum of magnitudes the
/// operation itself gives on absolute operands; functions of OpenCL lose 16 units at most; what moves,
/// compares or counts loses nothing.
struct RoundingBounds {
    typealias Operand = (buffer: Buffer, type: TensorType)

    private let node: Node
    private let operands: [Operand]
    /// Half a unit in the last place of 1.
    private let unit: Double
    /// What rounding the operands of products costs relative to each product, of both together.
    private let operandUnits: Double
    /// What rounding an operand of products costs at least, however small it is.
    private let smallestLoss: Double

    /// - Parameter precisions: those of what is compared.
    init(_ node: Node, _ operands: [Operand], _ precisions: [Precision] = []) {
        (self.node, self.operands) = (node, operands)
        operandUnits = precisions.reduce(0) {
            $0 + 2 * $1.operandUnit + $1.operandUnit * $1.operandUnit
        }
        smallestLoss = precisions.contains(.float16) ? 0x1p-25 : 0
        unit =
            switch node.type.dtype {
            case .float32: 0x1p-24
            case .float64: 0x1p-53
            case .float16: 0x1p-11
            case .bfloat16: 0x1p-8
            case .int32, .int64, .uint8, .bool: 0
            }
    }

    /// Units in the last place that a function of one element may lose, of both devices.
    private static let functionUnits = 32.0

    /// The bound of each number of a result.
    func bounds(of result: [Double], _ runner: inout NodeRunner) throws -> [Double] {
        guard node.type.dtype.isFloat else { return result.map { _ in 0 } }
        switch node.primitive.category {
        case .leaf, .view, .movement:
            guard case .scatterAdd = node.primitive else { return result.map { _ in 0 } }
            return try sums(operands[1].type.shape.elementCount, &runner)
        case .elementwise: return relative(Self.functionUnits, result)
        case .random: return result.map { 2 * Self.functionUnits * unit * Swift.max(1, abs($0)) }
        case .reduction:
            guard case .reduce(let reduction, _) = node.primitive else { break }
            switch reduction {
            case .sum: return try sums(terms, &runner)
            case .product: return relative(2 * Double(terms), result)
            case .max, .min: break
            }
        case .scan:
            if case .scan(.sum, _) = node.primitive { return try sums(terms, &runner) }
        case .contraction:
            switch node.primitive {
            case .attention, .attentionGradient: return attention(result)
            case _: return try sums(terms, &runner, roundingOperands: true)
            }
        case .pooling:
            if case .pool(let parameters) = node.primitive, parameters.kind == .max { break }
            return try sums(terms, &runner)
        case .barrier: break
        }
        return result.map { _ in 0 }
    }

    /// Terms of a sum, on average.
    private var terms: Int {
        let shapes = operands.map(\.type.shape)
        let flops = node.primitive.flops(shapes, result: node.type.shape)
        let count = Double(Swift.max(node.type.shape.elementCount, 1))
        switch node.primitive {
        case .scan(_, let parameters): return node.type.shape[parameters.axis]
        case .pool(let parameters), .poolGradient(let parameters):
            return parameters.window.height * parameters.window.width
        case .convolutionInputGradient(let parameters, _):
            // Those in the middle have more terms than those at the border.
            let strides = parameters.strides.height * parameters.strides.width
            return Int((flops / count).rounded(.up)) * strides + 1
        case _: return Int((flops / count).rounded(.up)) + 1
        }
    }

    private func relative(_ units: Double, _ result: [Double]) -> [Double] {
        result.map { units * unit * abs($0) + Double.leastNormalMagnitude }
    }

    /// Twice `n · u` times the operation on the operands' magnitudes, and what rounded operands cost.
    private func sums(
        _ count: Int, _ runner: inout NodeRunner, roundingOperands: Bool = false
    ) throws -> [Double] {
        var magnitudes: [Operand] = []
        for (buffer, type) in operands {
            guard type.dtype.isFloat else {
                magnitudes.append((buffer, type))
                continue
            }
            let absolute = Node(.unary(.absolute), [0], type)
            magnitudes.append((try runner.value(of: absolute, [(buffer, type)]), type))
        }
        let sum = try runner.value(of: node, magnitudes)
        let isRounded = roundingOperands && node.type.dtype == .float32
        let factor = 2 * Double(count + 2) * unit + (isRounded ? operandUnits : 0)
        var bounds = try Tensor(sum, node.type).values(Double.self).map { factor * abs($0) }
        guard isRounded, smallestLoss > 0 else { return bounds }
        // Below 2^-14 numbers of float16 are 2^-24 apart, so that rounding one operand of a product costs up
        // to half of that, times the other.
        for index in magnitudes.indices where magnitudes[index].type.dtype == .float32 {
            var others = magnitudes
            let count = others[index].type.shape.elementCount
            let ones = Tensor([Float](repeating: 1, count: count))
            others[index].buffer = try ones.evaluatedBuffer()
            let factors = try Tensor(try runner.value(of: node, others), node.type)
                .values(Double.self)
            for (position, factor) in factors.enumerated() {
                bounds[position] += smallestLoss * abs(factor)
            }
        }
        return bounds
    }

    /// Of attention no magnitude is at hand: the largest result stands for all, which is rough.
    private func attention(_ result: [Double]) -> [Double] {
        let largest = result.reduce(0) { $1.isFinite ? Swift.max($0, abs($1)) : $0 }
        let length = operands.reduce(0) { Swift.max($0, $1.type.shape[1] + $1.type.shape[2]) }
        let bound = Double(64 + 8 * length) * (unit + operandUnits) * largest
        return result.map { _ in bound }
    }
}
