// Names of earlier versions: the compiler offers the new one. They go with the next release.

/// Now `Checkpointed`.
@available(*, unavailable, renamed: "Checkpointed")
public typealias Recomputed = Checkpointed

/// Now `PositionalEmbedding`.
@available(*, unavailable, renamed: "PositionalEmbedding")
public typealias LearnedPositions = PositionalEmbedding

/// Now `BatchAugmentation`, of `MixUp` and `CutMix`.
@available(*, unavailable, renamed: "BatchAugmentation")
public typealias Mixing = BatchAugmentation

extension LayerSpec {
    /// Kinds that stand in older files under another name.
    static let renamedKinds = [
        "recomputed": "checkpointed", "learnedPositions": "positionalEmbedding",
    ]

    /// Now `checkpointed`.
    @available(*, unavailable, renamed: "checkpointed(_:)")
    public static func recomputed(_ layers: [LayerSpec]) -> LayerSpec { checkpointed(layers) }

    /// Now `positionalEmbedding`.
    @available(*, unavailable, renamed: "positionalEmbedding(length:)")
    public static func learnedPositions(length: Int) -> LayerSpec {
        positionalEmbedding(length: length)
    }
}
