import KalsaeBackend
import KalsaeGraph
import KalsaeSupport
import Synchronization

/// What a `Tensor` is a handle on: an operation that may or may not have been computed yet.
package final class TensorNode: Sendable {
    /// How the reverse walk passes through a node.
    package enum GradientRule: Sendable {
        /// By the gradient of its primitive.
        case primitive
        /// Not at all.
        case stop
        /// Not at all: a number of the source, which takes on the type of what it stands beside.
        case literal(Double)
        /// By a function given with it: from the upstream gradient to one for each of `inputs`.
        case custom(inputs: [TensorNode], backward: @Sendable (Tensor) -> [Tensor])
    }

    package struct Content {
        /// What computes the value; nil for data, and once the value is there and no history is
        /// kept.
        var source: (primitive: Primitive, operands: [TensorNode])?
        var buffer: Buffer?
    }

    package let type: TensorType
    package let fault: TensorFault?
    package let rule: GradientRule
    /// Whether it depends on a variable of a gradient scope, so that its operands must be kept.
    package let keepsHistory: Bool
    /// The path of a parameter in its model, as in `hidden.weight`.
    package let label: String?
    /// Whether a layer made it to be trained.
    package let isParameter: Bool
    private let content: Mutex<Content>

    /// An operation on other nodes.
    init(
        _ primitive: Primitive, _ operands: [TensorNode], _ type: TensorType,
        rule: GradientRule = .primitive, startsHistory: Bool = false, label: String? = nil,
        isParameter: Bool = false
    ) {
        self.type = type
        self.rule = rule
        self.label = label
        fault = nil
        self.isParameter = isParameter
        keepsHistory = startsHistory || TensorNode.keepHistory(operands, rule)
        content = Mutex(Content(source: (primitive, operands), buffer: nil))
        Counters.record { $0.nodesMade += 1 }
    }

    /// Data that is there already.
    package init(
        _ buffer: Buffer, _ type: TensorType, label: String? = nil, isParameter: Bool = false,
        startsHistory: Bool = false
    ) {
        self.type = type
        self.label = label
        self.isParameter = isParameter
        fault = nil
        rule = .primitive
        keepsHistory = startsHistory
        content = Mutex(Content(source: nil, buffer: buffer))
        Counters.record { $0.nodesMade += 1 }
    }

    /// An input of a step that is being traced: it has no value.
    init(placeholder type: TensorType, label: String? = nil, isParameter: Bool = false) {
        self.type = type
        self.label = label
        self.isParameter = isParameter
        fault = nil
        rule = .primitive
        keepsHistory = false
        content = Mutex(Content(source: nil, buffer: nil))
        Counters.record { $0.nodesMade += 1 }
    }

    /// An impossible operation.
    init(fault: TensorFault) {
        type = TensorType(.float32, [])
        self.fault = fault
        rule = .primitive
        keepsHistory = false
        label = nil
        isParameter = false
        content = Mutex(Content(source: nil, buffer: nil))
    }

    private static func keepHistory(_ operands: [TensorNode], _ rule: GradientRule) -> Bool {
        switch rule {
        case .primitive: operands.contains { $0.keepsHistory }
        case .stop, .literal: false
        case .custom(let inputs, _): inputs.contains { $0.keepsHistory }
        }
    }

    /// Value and source at one moment: another task may store the value in between.
    var snapshot: Content { content.withLock { $0 } }

    package var buffer: Buffer? { content.withLock { $0.buffer } }

    package var source: (primitive: Primitive, operands: [TensorNode])? {
        content.withLock { $0.source }
    }

    /// Stores the computed value; the operands go unless a gradient may still walk over them.
    func fulfill(_ buffer: Buffer) {
        let dropped = content.withLock { content -> [TensorNode] in
            content.buffer = buffer
            guard !keepsHistory, let source = content.source else { return [] }
            content.source = nil
            return source.operands
        }
        TensorNode.release(dropped)
    }

    /// Frees chains of nodes one by one: a recursion as deep as a long chain would end the stack.
    private static func release(_ operands: [TensorNode]) {
        var waiting = operands
        while var node = waiting.popLast() {
            guard isKnownUniquelyReferenced(&node) else { continue }
            let source = node.content.withLock { content in
                defer { content.source = nil }
                return content.source
            }
            if let source { waiting.append(contentsOf: source.operands) }
        }
    }

    deinit {
        let operands = content.withLock { content in
            defer { content.source = nil }
            return content.source?.operands ?? []
        }
        TensorNode.release(operands)
    }
}
