extension Primitive {
    /// Floating-point operations of one run: a multiplication and an addition count as two, any
    /// other function of an element as one, movement as none.
    public func flops(_ operands: [Shape], result: Shape) -> Double {
        func count(_ operand: Int) -> Double { Double(operands[operand].elementCount) }
        switch category {
        case .leaf, .view, .barrier: return 0
        case .movement:
            if case .scatterAdd = self { return count(2) }
            return 0
        case .elementwise, .random: return Double(result.elementCount)
        case .reduction, .scan: return count(0)
        case .pooling:
            guard case .pool(let pool) = self else { return count(0) }
            return Double(result.elementCount) * Double(pool.window.height * pool.window.width)
        case .contraction: return contractionFlops(operands, result: result)
        }
    }

    private func contractionFlops(_ operands: [Shape], result: Shape) -> Double {
        // Of a kernel [height, width, in, out], what is summed for one output.
        func perOutput(_ kernel: Shape) -> Double {
            kernel.dropLast().reduce(1) { $0 * Double($1) }
        }
        switch self {
        case .matrixProduct(let product):
            let k = operands[0][operands[0].rank - (product.transposeLeft ? 2 : 1)]
            return 2 * Double(result.elementCount) * Double(k)
        case .convolution: return 2 * Double(result.elementCount) * perOutput(operands[1])
        case .convolutionInputGradient:
            return 2 * Double(operands[0].elementCount) * perOutput(operands[1])
        case .convolutionWeightGradient(_, let kernel):
            return 2 * Double(operands[1].elementCount) * perOutput(kernel)
        case .attention(let attention):
            return attention.flops(products: 2, queries: operands[0], keys: operands[1])
        case .attentionGradient(let attention):
            return attention.flops(products: 5, queries: operands[0], keys: operands[1])
        default: return 0
        }
    }
}

extension Graph {
    /// Floating-point operations of one node.
    public func flops(of node: Node) -> Double {
        node.primitive.flops(node.operands.map { nodes[$0].type.shape }, result: node.type.shape)
    }

    /// Floating-point operations of all nodes, or of those of some categories.
    public func flops(
        of categories: Set<Primitive.Category> = Set(Primitive.Category.allCases)
    ) -> Double {
        nodes.reduce(0) { categories.contains($1.primitive.category) ? $0 + flops(of: $1) : $0 }
    }
}
