import KalsaeBackend
import KalsaeGraph

/// Where tensors are computed: a backend with the plans it has compiled.
public struct Device: Sendable {
    /// The plans compiled so far.
    package let plans: PlanCache

    /// Makes a device of a backend.
    public init(_ backend: any Backend) { plans = PlanCache(backend: backend) }

    /// The name in messages, as in `cpu`.
    public var name: String { plans.backend.name }

    @TaskLocal private static var scoped: Device?

    /// The device in force: a scope's, else that of `KALSAE_DEVICE`, which is the CPU where nothing is
    /// said.
    public static var current: Device { scoped ?? usual }

    /// Runs `body` with this device in force.
    public func asCurrent<Result>(_ body: () throws -> Result) rethrows -> Result {
        try Device.$scoped.withValue(self) { try body() }
    }
}
