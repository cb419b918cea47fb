extension Simplifier {
    mutating func unary(_ operation: UnaryOperation, _ node: Node) -> Int {
        let source = node.operands[0]
        guard case .unary(let inner) = primitive(source) else { return append(node) }
        switch (operation, inner) {
        case (.negate, .negate), (.logicalNot, .logicalNot):
            return operand(source)
        case (.absolute, .negate), (.absolute, .absolute):
            return append(Node(.unary(.absolute), [operand(source)], node.type))
        case (.reciprocal, .sqrt):
            return append(Node(.unary(.rsqrt), [operand(source)], node.type))
        default:
            return append(node)
        }
    }

    mutating func binary(_ operation: BinaryOperation, _ node: Node) -> Int {
        let (left, right) = (node.operands[0], node.operands[1])
        let leftValue = uniform(left)?.double
        let rightValue = uniform(right)?.double
        switch operation {
        case .add:
            if rightValue == 0 { return left }
            if leftValue == 0 { return right }
            if let negated = negated(right) {
                return append(Node(.binary(.subtract), [left, negated], node.type))
            }
        case .subtract:
            if rightValue == 0 { return left }
            if let negated = negated(right) {
                return append(Node(.binary(.add), [left, negated], node.type))
            }
        case .multiply:
            if rightValue == 1 { return left }
            if leftValue == 1 { return right }
            if rightValue == -1 { return unary(.negate, Node(.unary(.negate), [left], node.type)) }
            if leftValue == -1 { return unary(.negate, Node(.unary(.negate), [right], node.type)) }
        case .divide:
            if rightValue == 1 { return left }
            if leftValue == 1, node.type.dtype.isFloat {
                return unary(.reciprocal, Node(.unary(.reciprocal), [right], node.type))
            }
        case .power:
            if rightValue == 1 { return left }
            if rightValue == 2 { return append(Node(.binary(.multiply), [left, left], node.type)) }
            if rightValue == -1 {
                return unary(.reciprocal, Node(.unary(.reciprocal), [left], node.type))
            }
        case .minimum, .maximum, .logicalAnd, .logicalOr:
            if left == right { return left }
        case .atan2, .remainder:
            break
        }
        return append(node)
    }

    private func negated(_ position: Int) -> Int? {
        guard case .unary(.negate) = primitive(position) else { return nil }
        return operand(position)
    }
}
