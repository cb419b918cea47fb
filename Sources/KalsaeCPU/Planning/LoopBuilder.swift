import CKalsaeKernels
import KalsaeGraph
import KalsaeSupport

/// Turns a group of units into one loop.
struct LoopBuilder {
    private let units: [Unit]
    private let storages: [Storage]
    private let fusion: Fusion
    private let group: Group
    private var plan = LoopPlan()
    /// For each unit of the group, the value that holds its result.
    private var valueOf: [Int: Int] = [:]
    private var valueOfLoad: [LoopPlan.Load: Int] = [:]
    /// Products that become part of the addition behind them.
    private var absorbed = Set<Int>()
    /// Boundaries of the loop's axes, outermost first.
    private var highs: [Int] = []
    private var lows: [Int] = []

    init(_ group: Group, units: [Unit], storages: [Storage], fusion: Fusion) {
        self.group = group
        self.units = units
        self.storages = storages
        self.fusion = fusion
    }

    mutating func build() throws(KalsaeError) -> LoopPlan {
        if group.count == 0 { return emptyPlan() }
        layOutAxes()
        findMultiplyAdds()
        for unit in group.units where !absorbed.contains(unit) { try add(unit) }
        collapse()
        guard plan.sizes.count <= Int(KLS_MAX_RANK) else {
            throw KalsaeError(
                "loop(\(plan.names.joined(separator: ", ")))",
                expected: "at most \(KLS_MAX_RANK) axes that cannot be joined",
                got: "\(plan.sizes.count)", advice: "copy an operand after transposing it")
        }
        return plan
    }

    /// Nothing to iterate over: sums are 0 and products 1.
    private func emptyPlan() -> LoopPlan {
        var plan = LoopPlan()
        let unit = units[group.units[0]]
        if case .reduction(let reduction, _) = unit.kind {
            plan.sizes = [unit.type.shape.elementCount, 0]
            plan.isReduced = [false, true]
            plan.names = [reduction.rawValue]
            plan.valueTypes = [unit.type.dtype]
            plan.outputs = [
                .init(value: 0, storage: unit.result, operation: reduction.kernelOperation)
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
            for place in highs.indices where lows[place] >= low && highs[place] <= high {
                result[place] = view.strides[axis] * (lows[place] / low)
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

    private func registerUnit(_ operand: View) -> Int? {
        guard let producer = fusion.internalProducer(operand), group.units.contains(producer) else {
            return nil
        }
        return producer
    }

    /// An operand as a tile.
    private mutating func tile(_ unit: Unit, _ position: Int) -> Int {
        let operand = unit.operands[position]
        if let producer = registerUnit(operand), let value = valueOf[producer] { return value }
        return load(operand, unit.operandTypes[position].dtype, scalar: false)
    }

    /// An operand as one element, where it is the same everywhere.
    private mutating func scalar(_ unit: Unit, _ position: Int) -> Int? {
        let operand = unit.operands[position]
        guard operand.isUniform, group.count > 1, registerUnit(operand) == nil else { return nil }
        return load(operand, unit.operandTypes[position].dtype, scalar: true)
    }

    private mutating func step(
        _ operation: kls_op, _ dtype: DType, form: Int32 = 0, _ operands: [Int], result: DType
    ) throws(KalsaeError) -> Int {
        guard let function = kls_tile(operation, dtype.kernelType, form) else {
            throw KalsaeError(
                "loop", expected: "an operation that has a C function",
                got: "operation \(operation.rawValue) on \(dtype.rawValue)")
        }
        let value = newValue(result)
        plan.steps.append(
            .init(function: function, result: value, operands: operands, dtype: dtype))
        plan.cost += StepCost.of(operation, dtype)
        return value
    }

    private mutating func add(_ number: Int) throws(KalsaeError) {
        let unit = units[number]
        let value: Int
        switch unit.kind {
        case .kernel:
            return
        case .copy:
            value = tile(unit, 0)
            plan.names.append("copy")
        case .reduction(let reduction, _):
            value = tile(unit, 0)
            plan.names.append(reduction.rawValue)
            plan.outputs.append(
                .init(value: value, storage: unit.result, operation: reduction.kernelOperation))
            plan.cost += 1
            return
        case .element(let primitive):
            plan.names.append(primitive.name)
            value = try element(primitive, unit)
            valueOf[number] = value
        }
        if fusion.isStored(number) {
            plan.outputs.append(.init(value: value, storage: unit.result, operation: KLS_COPY))
        }
    }

    private mutating func element(_ primitive: Primitive, _ unit: Unit) throws(KalsaeError) -> Int {
        let (dtype, result) = (unit.operandTypes[0].dtype, unit.type.dtype)
        switch primitive {
        case .unary(let operation):
            return try step(operation.kernelOperation, dtype, [tile(unit, 0)], result: result)
        case .cast:
            guard let function = kls_tile_cast(dtype.kernelType, result.kernelType) else {
                throw KalsaeError("cast", expected: "a known type", got: result.rawValue)
            }
            let source = tile(unit, 0)
            let value = newValue(result)
            plan.steps.append(
                .init(function: function, result: value, operands: [source], dtype: dtype))
            plan.cost += 1
            return value
        case .binary(let operation):
            if let value = try multiplyAdd(operation, unit) { return value }
            if operation == .multiply, unit.operands[0] == unit.operands[1] {
                return try step(KLS_SQUARE, dtype, [tile(unit, 0)], result: result)
            }
            return try binary(operation.kernelOperation(dtype), unit)
        case .compare(let comparison):
            return try binary(comparison.kernelOperation, unit)
        case .select:
            let condition = tile(unit, 0)
            let (left, right) = (scalar(unit, 1), scalar(unit, 2))
            var form: Int32 = 0
            if left != nil { form |= Int32(KLS_VSV) }
            if right != nil { form |= Int32(KLS_VVS) }
            let operands = [condition, left ?? tile(unit, 1), right ?? tile(unit, 2)]
            return try step(KLS_SELECT, result, form: form, operands, result: result)
        case .barrier:
            return tile(unit, 0)
        case _:
            throw KalsaeError("loop", expected: "an element-wise operation", got: primitive.name)
        }
    }

    private mutating func binary(_ operation: kls_op, _ unit: Unit) throws(KalsaeError) -> Int {
        let (dtype, result) = (unit.operandTypes[0].dtype, unit.type.dtype)
        if !dtype.isFloat, operation == KLS_FLOOR_DIV || operation == KLS_REMAINDER {
            plan.dividesIntegers = true
        }
        if let right = scalar(unit, 1) {
            let operands = [tile(unit, 0), right]
            return try step(
                operation, dtype, form: Int32(KLS_VSV), operands, result: result)
        }
        if let left = scalar(unit, 0) {
            let operands = [left, tile(unit, 1)]
            return try step(
                operation, dtype, form: Int32(KLS_SVV), operands, result: result)
        }
        return try step(operation, dtype, [tile(unit, 0), tile(unit, 1)], result: result)
    }
}

extension LoopBuilder {
    /// Finds products whose only reader is an addition or subtraction of this group.
    private mutating func findMultiplyAdds() {
        for number in group.units {
            let unit = units[number]
            guard case .element(.binary(let operation)) = unit.kind,
                operation == .add || operation == .subtract, unit.type.dtype.isFloat
            else { continue }
            // One product at most; the other operand is what is added.
            for side in 0...1 {
                guard let product = registerUnit(unit.operands[side]), isLoneProduct(product),
                    registerUnit(unit.operands[1 - side]) != product
                else { continue }
                absorbed.insert(product)
                break
            }
        }
    }

    private func isLoneProduct(_ number: Int) -> Bool {
        let unit = units[number]
        guard case .element(.binary(.multiply)) = unit.kind else { return false }
        // Of two uniform factors no form takes both.
        return !fusion.isStored(number) && fusion.userCount(number) == 1
            && !(unit.operands[0].isUniform && unit.operands[1].isUniform)
            && !absorbed.contains(number)
    }

    /// a·b + c, a·b − c or c − a·b in one step.
    private mutating func multiplyAdd(
        _ operation: BinaryOperation, _ unit: Unit
    ) throws(KalsaeError) -> Int? {
        guard operation == .add || operation == .subtract else { return nil }
        for side in 0...1 {
            guard let product = registerUnit(unit.operands[side]), absorbed.contains(product) else {
                continue
            }
            let factors = units[product]
            plan.cost += 1
            var form: Int32 = 0
            let left: Int
            let right: Int
            if let uniform = scalar(factors, 1) {
                (left, right) = (tile(factors, 0), uniform)
                form |= Int32(KLS_VSV)
            } else if let uniform = scalar(factors, 0) {
                (left, right) = (tile(factors, 1), uniform)
                form |= Int32(KLS_VSV)
            } else {
                (left, right) = (tile(factors, 0), tile(factors, 1))
            }
            let uniform = scalar(unit, 1 - side)
            if uniform != nil { form |= Int32(KLS_VVS) }
            let addend = uniform ?? tile(unit, 1 - side)
            let fused =
                operation == .add ? KLS_FMA : side == 0 ? KLS_FMS : KLS_FNMA
            let dtype = unit.type.dtype
            return try step(fused, dtype, form: form, [left, right, addend], result: dtype)
        }
        return nil
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
                for place in plan.loads.indices { plan.loads[place].load.strides.remove(at: axis) }
            }
            axis -= 1
        }
    }
}
