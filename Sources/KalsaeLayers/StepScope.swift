import KalsaeGraph
import KalsaeSupport
import KalsaeTensor
import Synchronization

/// What a step opens around the calls of layers: training or inference, random numbers, and the
/// values that layers carry over.
///
/// Without a scope, layers behave as in inference.
public final class StepScope: Sendable {
    private struct State {
        var streams = 0
        var reports: [(node: TensorNode, value: Tensor)] = []
    }

    /// Whether dropout drops and batch norm takes the batch's own statistics.
    public let isTraining: Bool
    let key: RandomKey
    private let state = Mutex(State())

    @TaskLocal private static var scoped: StepScope?

    /// The scope in force, if any.
    public static var current: StepScope? { scoped }

    private init(isTraining: Bool, key: RandomKey) {
        self.isTraining = isTraining
        self.key = key
    }

    /// Runs `body` as a training step and returns, with its result, what layers reported.
    public static func training<Result>(
        key: RandomKey, _ body: () throws -> Result
    ) rethrows -> (result: Result, reports: StepReports) {
        let scope = StepScope(isTraining: true, key: key)
        let result = try $scoped.withValue(scope) { try body() }
        return (result, StepReports(entries: scope.state.withLock { $0.reports }))
    }

    /// Runs `body` in inference, whatever scope is in force around it.
    package static func inference<Result>(_ body: () throws -> Result) rethrows -> Result {
        try $scoped.withValue(nil) { try body() }
    }

    /// A key that no other call of this step gets: the calls are counted.
    public func nextKey() -> RandomKey {
        let stream = state.withLock { state in
            state.streams += 1
            return state.streams
        }
        return key.stream(stream)
    }

    /// The calls so far, for ``replaying(from:_:)``.
    var calls: Int { state.withLock { $0.streams } }

    /// Runs `body` with the keys that calls after the first `calls` got; what it reports is dropped.
    ///
    /// - Parameter key: the numbers of this scope's key.
    func replaying<Result>(
        from calls: Int, key: RandomKey, _ body: () throws -> Result
    ) rethrows -> Result {
        let scope = StepScope(isTraining: isTraining, key: key)
        scope.state.withLock { $0.streams = calls }
        return try Self.$scoped.withValue(scope) { try body() }
    }

    /// Reports the value that a tensor of the layer shall have after the step.
    public func report(_ tensor: Tensor, becomes value: Tensor) {
        // It is carried to the next step, which has nothing to do with this one's gradient.
        state.withLock { $0.reports.append((tensor.node, value.stopGradient())) }
    }
}

/// What layers reported during a step.
public struct StepReports: Sendable {
    fileprivate let entries: [(node: TensorNode, value: Tensor)]

    /// The model with the reported values written in.
    public func applied<Model: TensorTree>(to model: Model) -> Model {
        guard !entries.isEmpty else { return model }
        return model.mapTensors { _, tensor in
            entries.last { $0.node === tensor.node }?.value ?? tensor
        }
    }
}
