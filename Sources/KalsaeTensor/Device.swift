import KalsaeBackend
import KalsaeGraph

/// Where tensors are computed: a backend with the plans it has compiled.
public struct Device: Sendable {
    /// The plans compiled so far.
    package let plans: PlanCache

    /// Makes a device of a backend.
    ///
    /// - Parameter precision: in what numbers products, convolutions and attention are computed.
    public init(_ backend: any Backend, precision: Precision = .float32) {
        plans = PlanCache(backend: backend, precision: precision)
    }

    /// In what numbers products, convolutions and attention are computed.
    public var precision: Precision { plans.precision }

    /// The same device with products in other numbers. It has plans of its own: keep it where it is used
    /// again.
    ///
    /// ```swift
    /// let device = try Device.cuda().with(.bfloat16)
    /// let history = try await device.asCurrent { try await trainer.fit(data) }
    /// ```
    public func with(_ precision: Precision) -> Device {
        precision == self.precision ? self : Device(plans.backend, precision: precision)
    }

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

    /// Runs `body` with this device in force, also in what it calls and waits for, as `fit` of a trainer.
    public func asCurrent<Result>(
        isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Result
    ) async rethrows -> Result {
        try await Device.$scoped.withValue(self) { try await body() }
    }
}
