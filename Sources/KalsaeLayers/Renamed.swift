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

/// Now `LayerSpec` itself.
@available(*, unavailable, renamed: "LayerSpec")
public typealias AnyLayerSettings = LayerSpec

extension BatchNorm {
    /// Now `Settings`.
    @available(*, unavailable, renamed: "Settings")
    public typealias Convention = Settings

    /// Now `init(_:_:)`.
    @available(*, unavailable, renamed: "init(_:_:)")
    public init(_ channels: Int, convention: Settings) { self.init(channels, convention) }
}

extension LayerSpec {
    /// Now `LayerSpec(settings)`.
    @available(*, unavailable, renamed: "init(_:)")
    public static func layer(_ spec: LayerSpec) -> LayerSpec { spec }

    /// Now `checkpointed`.
    @available(*, unavailable, renamed: "checkpointed(_:)")
    public static func recomputed(_ layers: [LayerSpec]) -> LayerSpec { checkpointed(layers) }

    /// Now `positionalEmbedding`.
    @available(*, unavailable, renamed: "positionalEmbedding(length:)")
    public static func learnedPositions(length: Int) -> LayerSpec {
        positionalEmbedding(length: length)
    }
}

extension LayerCatalog {
    /// Kinds by the names under which older files hold them.
    static let formerKinds: [String: any LayerSettings.Type] = [
        "recomputed": Checkpointed.Settings.self,
        "learnedPositions": PositionalEmbedding.Settings.self,
    ]
}
