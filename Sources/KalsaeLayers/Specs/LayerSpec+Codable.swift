import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

extension LayerSpec: Codable {
    private enum Key: String, CodingKey {
        case layer, units, activation, bias, rate, classic, layers
    }

    /// Reads one layer, as `{"layer": "dense", "units": 8, "activation": "relu"}`; keys that are
    /// left out have the defaults.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: Key.self)
        let name = try values.decode(String.self, forKey: .layer)
        let kind = Self.renamedKinds[name] ?? name
        switch kind {
        case "dense":
            self = .dense(
                units: try values.decode(Int.self, forKey: .units),
                activation: try values.decodeIfPresent(Activation.self, forKey: .activation)
                    ?? .identity,
                useBias: try values.decodeIfPresent(Bool.self, forKey: .bias) ?? true)
        case "flatten": self = .flatten
        case "activation":
            self = .activation(try values.decode(Activation.self, forKey: .activation))
        case "dropout":
            self = .dropout(
                rate: try values.decode(Double.self, forKey: .rate),
                isClassic: try values.decodeIfPresent(Bool.self, forKey: .classic) ?? false)
        case "batchNorm":
            var convention = BatchNorm.Convention.torch
            var fields = try SettingFields(from: decoder)
            try convention.visit(&fields)
            self = .batchNorm(convention)
        case "sequential":
            self = .sequential(try values.decode([LayerSpec].self, forKey: .layers))
        default:
            guard let type = Self.kinds.first(where: { $0.kind == kind }) else {
                throw KalsaeError(
                    "network", expected: "a layer: \(Self.allKinds.joined(separator: ", "))",
                    got: kind)
            }
            var settings = type.init()
            var fields = try SettingFields(from: decoder)
            try settings.visit(&fields)
            self = .layer(AnyLayerSettings(settings))
        }
    }

    /// Writes one layer with all its settings.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: Key.self)
        switch self {
        case .dense(let units, let activation, let useBias):
            try values.encode("dense", forKey: .layer)
            try values.encode(units, forKey: .units)
            try values.encode(activation, forKey: .activation)
            try values.encode(useBias, forKey: .bias)
        case .flatten: try values.encode("flatten", forKey: .layer)
        case .activation(let activation):
            try values.encode("activation", forKey: .layer)
            try values.encode(activation, forKey: .activation)
        case .dropout(let rate, let isClassic):
            try values.encode("dropout", forKey: .layer)
            try values.encode(rate, forKey: .rate)
            if isClassic { try values.encode(isClassic, forKey: .classic) }
        case .batchNorm: try values.encode("batchNorm", forKey: .layer)
        case .sequential(let layers):
            try values.encode("sequential", forKey: .layer)
            try values.encode(layers, forKey: .layers)
        case .layer(let settings):
            var copy = settings.value
            try values.encode(type(of: copy).kind, forKey: .layer)
            var fields = SettingFields(to: encoder)
            try copy.visit(&fields)
        }
    }
}
