import KalsaeGraph
import KalsaeSupport

/// Turns a group of ops into one loop.
struct LoopBuilder {
    let ops: [LoweredOp]
    let fusion: Fusion
    let group: FusionGroup
    private let limits: LoopLimits
    private(set) var plan = LoopPlan()
    /// For each op of the group, the value that holds its result.
    private var valueOf: [Int: Int] = [:]
    private var valueOfLoad: [LoopPlan.Load: Int] = [:]
    /// Products that become part of the addition behind them.
    var absorbed = Set<Int>()
    /// Boundaries of the loop's axes, outermost first.
    private var highs: [Int] = []
    private var lows: [Int] = []

    init(_ group: FusionGroup, _ lowered: LoweredGraph, _ fusion: Fusion, _ limits: LoopLimits) {
        self.group = group
        ops = lowered.ops
        self.fusion = fusion
        self.limits = limits
    }

    mutating func build() throws(KalsaeError) -> LoopPlan {
        if group.count == 0 { return emptyPlan() }
        layOutAxes()
        findMultiplyAdds()
        for op in group.ops where !absorbed.contains(op) { try add(op) }
        collapse()
        guard plan.sizes.count <= limits.axes else {
            throw KalsaeError(
                "loop(\(plan.names.joined(separator: ", ")))",
                expected: "at most \(limits.axes) axes that cannot be joined",
                got: "\(plan.sizes.count)", advice: "copy an operand after transposing it")
        }
        return plan
    }

    /// Nothing to iterate over: sums are 0 and products 1.
    private func emptyPlan() -> LoopPlan {
        var plan = LoopPlan()
        let op = ops[group.ops[0]]
        if case .reduction(let reduction, _) = op.kind {
            plan.sizes = [op.type.shape.elementCount, 0]
            plan.isReduced = [false, true]
            plan.names = [reduction.rawValue]
            plan.valueTypes = [op.type.dtype]
            plan.outputs = [
                .init(value: 0, storage: op.result, reduction: reduction)
            ]
        } else {
            plan.sizes = [0]
            plan.isReduced = [false]
        }
        return plan
    }

    private mutating func layOutAxes() {
        let descending = Array(group.boundaries.reversed())
        var axes = zip(descending, descending.dropFirst()).map { (high: $0, low: $1) }
        if axes.isEmpty { axes = [(1, 1)] }
        func isReduced(_ axis: (high: Int, low: Int)) -> Bool {
            group.reduced.contains { $0.high >= axis.high && $0.low <= axis.low }
        }
        plan.isPermuted = group.isPermuted
        if group.isPermuted {
            // Reduced axes go where the innermost axis is, so that it stays innermost.
            let innermost = axes.last.map(isReduced) ?? false
            axes =
                axes.filter { isReduced($0) != innermost }
                + axes.filter {
                    isReduced($0) == innermost
                }
        }
        highs = axes.map(\.high)
        lows = axes.map(\.low)
        plan.sizes = axes.map { $0.high / $0.low }
        plan.isReduced = axes.map(isReduced)
    }

    /// A view's strides for the loop's axes.
    private func strides(_ view: View) -> [Int] {
        var result = [Int](repeating: 0, count: highs.count)
        var low = 1
        for axis in view.shape.indices.reversed() where view.shape[axis] != 1 {
            let high = low * view.shape[axis]
            for index in highs.indices where lows[index] >= low && highs[index] <= high {
                result[index] = view.strides[axis] * (lows[index] / low)
            }
            low = high
        }
        return result
    }

    private mutating func newValue(_ dtype: DType) -> Int {
        plan.valueTypes.append(dtype)
        return plan.valueTypes.count - 1
    }

    private mutating func load(_ view: View, _ dtype: DType, scalar: Bool) -> Int {
        let load = LoopPlan.Load(
            storage: view.storage, offset: view.offset, strides: strides(view), isScalar: scalar)
        if let known = valueOfLoad[load] { return known }
        let value = newValue(dtype)
        valueOfLoad[load] = value
        plan.loads.append((load, value))
        return value
    }

    func registerOp(_ operand: View) -> Int? {
        guard let producer = fusion.internalProducer(operand), group.ops.contains(producer) else {
            return nil
        }
        return producer
    }

    /// An operand as a strip.
    mutating func strip(_ op: LoweredOp, _ position: Int) -> Int {
        let operand = op.operands[position]
        if let producer = registerOp(operand), let value = valueOf[producer] { return value }
        return load(operand, op.operandTypes[position].dtype, scalar: false)
    }

    /// An operand as one element, where it is the same everywhere.
    mutating func scalar(_ op: LoweredOp, _ position: Int) -> Int? {
        let operand = op.operands[position]
        guard operand.isUniform, group.count > 1, registerOp(operand) == nil else { return nil }
        return load(operand, op.operandTypes[position].dtype, scalar: true)
    }

    mutating func step(
        _ operation: LoopOperation, _ dtype: DType, _ operands: [Int], result: DType
    ) -> Int {
        let value = newValue(result)
        plan.steps.append(
            .init(operation: operation, result: value, operands: operands, dtype: dtype))
        return value
    }

    private mutating func add(_ number: Int) throws(KalsaeError) {
        let op = ops[number]
        let value: Int
        switch op.kind {
        case .kernel:
            return
        case .copy:
            value = strip(op, 0)
            plan.names.append("copy")
        case .reduction(let reduction, _):
            value = strip(op, 0)
            plan.names.append(reduction.rawValue)
            plan.outputs.append(.init(value: value, storage: op.result, reduction: reduction))
            return
        case .element(let primitive):
            plan.names.append(primitive.name)
            value = try element(primitive, op)
            valueOf[number] = value
        }
        if fusion.isStored(number) {
            plan.outputs.append(.init(value: value, storage: op.result, reduction: nil))
        }
    }

    private mutating func element(
        _ primitive: Primitive, _ op: LoweredOp
    ) throws(KalsaeError) -> Int {
        let (dtype, result) = (op.operandTypes[0].dtype, op.type.dtype)
        switch primitive {
        case .unary(let operation):
            return step(.unary(operation), dtype, [strip(op, 0)], result: result)
        case .cast: return step(.cast, dtype, [strip(op, 0)], result: result)
        case .binary(let operation):
            if let value = multiplyAdd(operation, op) { return value }
            if operation == .multiply, op.operands[0] == op.operands[1] {
                return step(.square, dtype, [strip(op, 0)], result: result)
            }
            return binary(.binary(operation), op)
        case .compare(let comparison): return binary(.compare(comparison), op)
        case .select:
            let condition = strip(op, 0)
            let (left, right) = (scalar(op, 1), scalar(op, 2))
            let operands = [condition, left ?? strip(op, 1), right ?? strip(op, 2)]
            return step(.select, result, operands, result: result)
        case .barrier: return strip(op, 0)
        case _:
            throw KalsaeError("loop", expected: "an element-wise operation", got: primitive.name)
        }
    }

    /// Of two operands at most one is a scalar.
    private mutating func binary(_ operation: LoopOperation, _ op: LoweredOp) -> Int {
        let (dtype, result) = (op.operandTypes[0].dtype, op.type.dtype)
        if let right = scalar(op, 1) {
            return step(operation, dtype, [strip(op, 0), right], result: result)
        }
        if let left = scalar(op, 0) {
            return step(operation, dtype, [left, strip(op, 1)], result: result)
        }
        return step(operation, dtype, [strip(op, 0), strip(op, 1)], result: result)
    }

    /// Joins neighboring axes wherever every load walks them as one.
    private mutating func collapse() {
        var axis = plan.sizes.count - 2
        while axis >= 0 {
            let inner = plan.sizes[axis + 1]
            let joins =
                plan.isReduced[axis] == plan.isReduced[axis + 1]
                && plan.loads.allSatisfy { load, _ in
                    load.strides[axis] == load.strides[axis + 1] * inner
                }
            if joins {
                plan.sizes[axis] *= inner
                plan.sizes.remove(at: axis + 1)
                plan.isReduced.remove(at: axis)
                for load in plan.loads.indices { plan.loads[load].load.strides.remove(at: axis) }
            }
            axis -= 1
        }
    }
}
