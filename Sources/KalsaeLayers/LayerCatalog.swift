import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// The kinds of layers that files may hold: one line each.
enum LayerCatalog {
    static let kinds: [any LayerSettings.Type] = [
        Dense.Settings.self,
        Embedding.Settings.self,
        NumericalEmbedding.Settings.self,
        PiecewiseLinearEmbedding.Settings.self,
        Standardization.Settings.self,
        ActivationLayer.Settings.self,
        PReLU.Settings.self,
        Conv2D.Settings.self,
        Conv1D.Settings.self,
        DepthwiseConv2D.Settings.self,
        SeparableConv2D.Settings.self,
        Conv2DTransposed.Settings.self,
        MaxPool2D.Settings.self,
        AveragePool2D.Settings.self,
        MaxPool1D.Settings.self,
        AveragePool1D.Settings.self,
        GlobalAveragePool.Settings.self,
        GlobalMaxPool.Settings.self,
        AdaptiveAveragePool2D.Settings.self,
        AdaptiveMaxPool2D.Settings.self,
        Flatten.Settings.self,
        Reshape.Settings.self,
        Permute.Settings.self,
        UpSampling2D.Settings.self,
        ZeroPadding2D.Settings.self,
        BatchNorm.Settings.self,
        LayerNorm.Settings.self,
        RMSNorm.Settings.self,
        GroupNorm.Settings.self,
        InstanceNorm.Settings.self,
        Dropout.Settings.self,
        SpatialDropout.Settings.self,
        GaussianNoise.Settings.self,
        SimpleRNN.Settings.self,
        LSTM.Settings.self,
        GRU.Settings.self,
        Bidirectional.Settings.self,
        MultiHeadAttention.Settings.self,
        TransformerBlock.Settings.self,
        PositionalEmbedding.Settings.self,
        Sequential.Settings.self,
        Residual.Settings.self,
        Checkpointed.Settings.self,
        Ensemble.Settings.self,
        Augment.Settings.self,
    ]
}

extension LayerSpec: Decodable {
    /// Reads one layer, as `{"layer": "dense", "units": 8, "activation": "relu"}`; keys that are
    /// left out have the defaults.
    ///
    /// - Throws: a `KalsaeError` that names the layer by its number for an unknown kind or key, and
    ///   for a key that must be there.
    public init(from decoder: any Decoder) throws {
        let file = try decoder.container(keyedBy: SettingKey.self)
        let kind = try file.decode(String.self, forKey: .layer)
        let former = LayerCatalog.formerKinds[kind]
        let others =
            Self.kindsKey.flatMap { decoder.userInfo[$0] as? [any LayerSettings.Type] } ?? []
        let known = LayerCatalog.kinds + others
        guard let type = former ?? known.first(where: { $0.kind == kind }) else {
            let names = known.map { $0.kind }
            throw KalsaeError(
                "network", expected: "a layer: \(names.joined(separator: ", "))",
                got: kind + number(decoder.codingPath),
                advice: SpellingSuggestion.advice(kind, in: names))
        }
        let name = "\(kind)" + number(decoder.codingPath)
        self.init(try type.init(reading: file, of: name), formerKind: former.map { _ in kind })
    }

    /// Under which a decoder's user info has kinds beside those of the catalog.
    package static let kindsKey = CodingUserInfoKey(rawValue: "kalsae.layerKinds")

    /// The kinds of layers that a file may hold.
    package static var kinds: [String] { LayerCatalog.kinds.map { $0.kind } }
}

/// Where a layer stands in a network, as ` (layer 2.1)` for the first one inside of the second.
private func number(_ path: [any CodingKey]) -> String {
    let numbers = path.compactMap(\.intValue).map { "\($0 + 1)" }
    return numbers.isEmpty ? "" : " (layer \(numbers.joined(separator: ".")))"
}
