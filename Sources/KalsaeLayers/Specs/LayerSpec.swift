import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// A layer as plain data: what files, settings and the search hold. Input sizes are inferred.
///
/// `.dense(units: 8, activation: .relu)`; in files `{"layer": "dense", "units": 8, "activation":
/// "relu"}`.
public struct LayerSpec: Hashable, Sendable {
    /// The layer's settings.
    public let settings: any LayerSettings
    /// The kind by which an older file knows the layer, and names its parameters.
    let formerKind: String?

    /// A layer with settings.
    public init(_ settings: any LayerSettings) { self.init(settings, formerKind: nil) }

    init(_ settings: any LayerSettings, formerKind: String?) {
        self.settings = settings
        self.formerKind = formerKind
    }

    /// The kind of layer in files, as in `conv2D`.
    public var kind: String { formerKind ?? type(of: settings).kind }

    /// The name of such a layer inside a model, before its number.
    package var name: String { formerKind ?? settings.layerName }

    /// Whether both are of one kind with equal settings.
    public static func == (left: Self, right: Self) -> Bool {
        AnyHashable(left.settings) == AnyHashable(right.settings)
    }

    /// Hashes the settings.
    public func hash(into hasher: inout Hasher) { hasher.combine(AnyHashable(settings)) }

    /// The layer for inputs of a shape (without the batch), and the shape of its outputs, by
    /// tracing one call.
    public func build(input: Shape) throws -> (layer: any Layer, output: Shape) {
        let layer = try settings.layer(input: input)
        for entry in layer.tensors {
            if let fault = entry.tensor.fault { throw fault.error }
        }
        let output = layer(.zeros(Shape([1] + input.sizes)))
        if let fault = output.fault { throw fault.error.naming(kind) }
        return (layer, Shape(output.shape.dropFirst()))
    }
}

extension LayerSpec: Encodable {
    /// Writes the kind and all settings.
    public func encode(to encoder: any Encoder) throws {
        var file = encoder.container(keyedBy: SettingKey.self)
        try file.encode(kind, forKey: .layer)
        for (key, value) in try settings.entries() {
            try file.encode(value, forKey: SettingKey(stringValue: key))
        }
    }
}
