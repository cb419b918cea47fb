/// Draws each parameter at random on its scale, whatever was tried before.
///
/// Source: Bergstra and Bengio, "Random search for hyper-parameter optimization" (2012).
public struct RandomSampler: Sampler {
    /// "random".
    public let name = "random"

    /// A random search.
    public init() {}

    /// Independent uniform coordinates.
    public func propose(for request: SamplerRequest) -> [Double] { request.randomPoint() }
}
