import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// The settings of a kind of layer as plain data, from which a layer is built once its input's
/// shape is known.
///
/// A kind stands in the file of its layer: the settings with their defaults, the names of the
/// fields, how the layer is made. `LayerSpec.kinds` lists all of them for reading.
public protocol LayerSettings: Hashable, Sendable {
    /// The name in files and in models, as in `conv2D`.
    static var kind: String { get }
    /// Default settings.
    init()
    /// Visits every setting under its name in files: the same list reads and writes.
    mutating func visit(_ fields: inout SettingFields) throws
    /// The layer for inputs of a shape (without the batch); throws a `KalsaeError` where settings
    /// or shape are impossible.
    func layer(input: Shape) throws -> any Layer
}

/// Reads or writes the settings of a layer by name; what a file leaves out keeps its default.
public struct SettingFields {
    /// The name of a setting in a file.
    struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    private enum Mode {
        case reading(KeyedDecodingContainer<Name>)
        case writing(KeyedEncodingContainer<Name>)
    }

    private var mode: Mode

    init(from decoder: any Decoder) throws {
        mode = .reading(try decoder.container(keyedBy: Name.self))
    }

    init(to encoder: any Encoder) {
        mode = .writing(encoder.container(keyedBy: Name.self))
    }

    /// One setting: read if the file has it, or written.
    public mutating func callAsFunction<Value: Codable>(
        _ name: String, _ value: inout Value
    ) throws {
        let name = Name(stringValue: name)
        switch mode {
        case .reading(let values):
            value = try values.decodeIfPresent(Value.self, forKey: name) ?? value
        case .writing(var values):
            try values.encode(value, forKey: name)
            mode = .writing(values)
        }
    }

    /// One setting that may be missing: nil is not written.
    public mutating func callAsFunction<Value: Codable>(
        _ name: String, _ value: inout Value?
    ) throws {
        let name = Name(stringValue: name)
        switch mode {
        case .reading(let values):
            value = try values.decodeIfPresent(Value.self, forKey: name) ?? value
        case .writing(var values):
            try values.encodeIfPresent(value, forKey: name)
            mode = .writing(values)
        }
    }
}

/// Settings of any kind of layer.
public struct AnyLayerSettings: Hashable, Sendable {
    /// The settings.
    public let value: any LayerSettings

    /// Wraps settings.
    public init(_ value: any LayerSettings) { self.value = value }

    /// Whether both are of one kind with equal settings.
    public static func == (left: Self, right: Self) -> Bool {
        AnyHashable(left.value) == AnyHashable(right.value)
    }

    /// Hashes the settings.
    public func hash(into hasher: inout Hasher) { hasher.combine(AnyHashable(value)) }

    /// The layer for inputs of a shape, and the shape of its outputs, by tracing one call.
    func build(input: Shape) throws -> (layer: any Layer, output: Shape) {
        let layer = try value.layer(input: input)
        for entry in layer.tensors {
            if let fault = entry.tensor.fault { throw fault.error }
        }
        let output = layer(.zeros(Shape([1] + input.sizes)))
        if let fault = output.fault { throw fault.error.naming(type(of: value).kind) }
        return (layer, Shape(output.shape.dropFirst()))
    }
}

extension LayerSpec {
    /// The kinds of layers that stand in files beside those with cases of their own.
    static let kinds: [any LayerSettings.Type] = [
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
        UpSampling2D.Settings.self,
        ZeroPadding2D.Settings.self,
        Reshape.Settings.self,
        Permute.Settings.self,
        LayerNorm.Settings.self,
        RMSNorm.Settings.self,
        GroupNorm.Settings.self,
        InstanceNorm.Settings.self,
        SpatialDropout.Settings.self,
        GaussianNoise.Settings.self,
        Embedding.Settings.self,
        PReLU.Settings.self,
        SimpleRNN.Settings.self,
        LSTM.Settings.self,
        GRU.Settings.self,
        Bidirectional.Settings.self,
        MultiHeadAttention.Settings.self,
        TransformerBlock.Settings.self,
        PositionalEmbedding.Settings.self,
        Checkpointed.Settings.self,
        Residual.Settings.self,
        Augment.Settings.self,
    ]

    /// The names of all layers that a file may hold.
    package static var allKinds: [String] {
        ["dense", "flatten", "activation", "dropout", "batchNorm", "sequential"]
            + kinds.map { $0.kind }
    }
}
