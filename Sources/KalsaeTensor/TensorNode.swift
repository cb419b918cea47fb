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
        /// How the reverse walk goes on from here.
        var rule = GradientRule.primitive
    }

    /// Apart from the node, of which there may be millions.
    private final class Failure: Sendable {
        let fault: TensorFault
        init(_ fault: TensorFault) { self.fault = fault }
    }

    package let type: TensorType
    private let failure: Failure?
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
        self.label = label
        failure = nil
        self.isParameter = isParameter
        keepsHistory = startsHistory || TensorNode.keepHistory(operands, rule)
        content = Mutex(Content(source: (primitive, operands), buffer: nil, rule: rule))
        Counters.record { $0.nodesMade += 1 }
        if TraceNotes.isRecording { TraceNotes.note(self, operands) }
    }

    /// Data that is there already.
    package init(
        _ buffer: Buffer, _ type: TensorType, label: String? = nil, isParameter: Bool = false,
        startsHistory: Bool = false
    ) {
        self.type = type
        self.label = label
        self.isParameter = isParameter
        failure = nil
        keepsHistory = startsHistory
        content = Mutex(Content(source: nil, buffer: buffer))
        Counters.record { $0.nodesMade += 1 }
    }

    /// An input of a step that is being traced: it has no value.
    init(
        placeholder type: TensorType, label: String? = nil, isParameter: Bool = false,
        keepsHistory: Bool = false
    ) {
        self.type = type
        self.label = label
        self.isParameter = isParameter
        failure = nil
        self.keepsHistory = keepsHistory
        content = Mutex(Content(source: nil, buffer: nil))
        Counters.record { $0.nodesMade += 1 }
    }

    /// An impossible operation.
    init(fault: TensorFault) {
        type = TensorType(.float32, [])
        failure = Failure(fault)
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

    package var fault: TensorFault? { failure?.fault }

    package var rule: GradientRule { content.withLock { $0.rule } }

    package var buffer: Buffer? { content.withLock { $0.buffer } }

    package var source: (primitive: Primitive, operands: [TensorNode])? {
        content.withLock { $0.source }
    }

    /// Stores the computed value; the operands go unless a gradient may still walk over them.
    func fulfill(_ buffer: Buffer) {
        NodeRemains.release(
            content.withLock { content in
                content.buffer = buffer
                return keepsHistory ? nil : content.takeRemains()
            })
    }

    deinit { NodeRemains.release(content.withLock { $0.takeRemains() }) }
}

extension TensorNode.Content {
    /// Takes out what is held of other nodes; nil where there is nothing.
    fileprivate mutating func takeRemains() -> NodeRemains? {
        var operands: [TensorNode] = []
        if let source { operands = source.operands }
        var hasInputs = false
        if case .custom = rule { hasInputs = true }
        defer {
            source = nil
        }
        return operands.isEmpty && !hasInputs ? nil : NodeRemains(operands: operands, rule: rule)
    }
}
