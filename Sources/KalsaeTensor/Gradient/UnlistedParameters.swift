import KalsaeGraph
import KalsaeSupport

extension KalsaeError {
    /// What is thrown for a parameter that a model uses and does not walk over.
    static func unlistedParameter(_ type: TensorType) -> KalsaeError {
        KalsaeError(
            "model", expected: "every layer and parameter listed in `parts`",
            got: "a parameter \(type) that is used but not listed",
            advice: "add its property to `static let parts = Parts(...)`, or pass another model "
                + "through .stopGradient()")
    }
}

extension Tensor {
    /// Nodes off the way of the gradient that are looked at: a graph that never was evaluated may
    /// be long, and a forgotten layer is near.
    private static let mostLookedAt = 10_000

    /// This value, or a fault where it depends on a layer's parameter that is none of `known`.
    func refusingUnlisted(_ known: [TensorNode]) -> Tensor {
        guard fault == nil else { return self }
        var seen = Set(known.map { ObjectIdentifier($0) })
        var stack = [node]
        var aside = 0
        while let node = stack.popLast() {
            guard seen.insert(ObjectIdentifier(node)).inserted else { continue }
            if !node.keepsHistory {
                if node.isParameter { return Tensor(.unlistedParameter(node.type)) }
                aside += 1
                guard aside < Tensor.mostLookedAt else { return self }
            }
            switch node.rule {
            case .primitive: stack.append(contentsOf: node.source?.operands ?? [])
            case .custom(let inputs, _): stack.append(contentsOf: inputs)
            case .stop, .literal: break
            }
        }
        return self
    }
}
