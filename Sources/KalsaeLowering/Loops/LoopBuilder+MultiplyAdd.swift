import KalsaeGraph

extension LoopBuilder {
    /// Finds products whose only reader is an addition or subtraction of this group.
    mutating func findMultiplyAdds() {
        for number in group.ops {
            let op = ops[number]
            guard case .element(.binary(let operation)) = op.kind,
                operation == .add || operation == .subtract, op.type.dtype.isFloat
            else { continue }
            // One product at most; the other operand is what is added.
            for side in 0...1 {
                guard let product = registerOp(op.operands[side]), isLoneProduct(product),
                    registerOp(op.operands[1 - side]) != product
                else { continue }
                absorbed.insert(product)
                break
            }
        }
    }

    private func isLoneProduct(_ number: Int) -> Bool {
        let op = ops[number]
        guard case .element(.binary(.multiply)) = op.kind else { return false }
        // Of two uniform factors no form takes both.
        return !fusion.isStored(number) && fusion.userCount(number) == 1
            && !(op.operands[0].isUniform && op.operands[1].isUniform)
            && !absorbed.contains(number)
    }

    /// a·b + c, a·b − c or c − a·b in one step.
    mutating func multiplyAdd(_ operation: BinaryOperation, _ op: LoweredOp) -> Int? {
        guard operation == .add || operation == .subtract else { return nil }
        for side in 0...1 {
            guard let product = registerOp(op.operands[side]), absorbed.contains(product) else {
                continue
            }
            let factors = ops[product]
            let left: Int
            let right: Int
            if let uniform = scalar(factors, 1) {
                (left, right) = (strip(factors, 0), uniform)
            } else if let uniform = scalar(factors, 0) {
                (left, right) = (strip(factors, 1), uniform)
            } else {
                (left, right) = (strip(factors, 0), strip(factors, 1))
            }
            let uniform = scalar(op, 1 - side)
            let addend = uniform ?? strip(op, 1 - side)
            let fused: LoopOperation =
                operation == .add
                ? .multiplyAdd : side == 0 ? .multiplySubtract : .negatedMultiplyAdd
            let dtype = op.type.dtype
            return step(fused, dtype, [left, right, addend], result: dtype)
        }
        return nil
    }
}
