// Names of earlier versions: the compiler offers the new one. They go with the next release.

/// Now `checkpointed`.
@available(*, unavailable, renamed: "checkpointed(_:_:)")
public func recomputing(
    _ inputs: [Tensor], _ function: @escaping @Sendable ([Tensor]) -> Tensor
) -> Tensor { checkpointed(inputs, function) }
