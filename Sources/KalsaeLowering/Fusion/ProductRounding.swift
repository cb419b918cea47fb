import KalsaeGraph

/// Finds results of products that are rounded to halves where their rows are joined, as logits in front of a softmax:
/// rounded with the product, they are written and read as halves.
struct ProductRounding {
    /// The ops from behind a product to the cast, which had better be computed with it.
    private(set) var early: Set<Int> = []

    private let lowered: LoweredGraph
    private let fusion: Fusion

    /// A bias, and a cast.
    private static let mostSteps = 2

    /// The groups of a graph, casts where products are; `readsHalves` says whether there are any.
    static func fused(
        _ lowered: LoweredGraph, limits: LoopLimits, readsHalves: Bool
    ) -> Fusion {
        let fusion = Fusion(lowered, limits: limits)
        guard readsHalves, LoweringPass.epilogue.isEnabled else { return fusion }
        let early = ProductRounding(lowered, fusion).early
        return early.isEmpty ? fusion : Fusion(lowered, limits: limits, early: early)
    }

    private init(_ lowered: LoweredGraph, _ fusion: Fusion) {
        (self.lowered, self.fusion) = (lowered, fusion)
        for (number, op) in lowered.ops.enumerated() where op.isFloatProduct {
            if let steps = roundingSteps(behind: number) { early.formUnion(steps) }
        }
    }

    /// What is computed of a product's elements until they are rounded, in a loop that joins rows.
    private func roundingSteps(behind product: Int) -> [Int]? {
        var (steps, last) = ([Int](), product)
        while steps.count < Self.mostSteps {
            guard fusion.users[last].count == 1, let next = fusion.users[last].first,
                fusion.groups[fusion.groupOf[next]]?.reducesRows ?? false,
                case .element(let primitive) = lowered.ops[next].kind,
                readsElements(next, of: last)
            else { return nil }
            steps.append(next)
            last = next
            if case .cast(let type) = primitive { return type.byteSize == 2 ? steps : nil }
        }
        return nil
    }

    /// Whether an op reads another's result element by element, and beside it a smaller one of an input.
    private func readsElements(_ op: Int, of other: Int) -> Bool {
        lowered.ops[op].operands.allSatisfy { operand in
            guard let producer = lowered.producers[operand.storage] else {
                return lowered.storages[operand.storage].byteCount
                    < lowered.ops[other].type.byteCount
            }
            return producer == other && operand.isDense && operand.offset == 0
        }
    }
}
