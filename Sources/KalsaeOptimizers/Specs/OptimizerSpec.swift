import KalsaeSupport

/// An optimizer as plain data: its name in the catalog and its settings.
///
/// ```swift
/// let spec = try OptimizerSpec("adam", ["learningRate": 0.01, "epsilonForm": "beforeCorrection"])
/// let clipped = try spec.wrapped(in: "clippedByGlobalNorm", ["limit": 1])
/// var optimizer = try StatefulOptimizer(clipped.optimizer(), for: model)
/// ```
///
/// In files `{"optimizer": "adam", "learningRate": 0.01}`, or the name alone. What is left out has
/// its default; unknown names and settings are refused with the nearest known one, values that
/// break the rule of their setting with the rule. A spec that exists is right.
public struct OptimizerSpec: Hashable, Sendable {
    /// The name in the catalog.
    public let name: String
    /// The settings that are given.
    public let settings: [String: SettingValue]

    /// Makes a spec.
    ///
    /// - Throws: a `KalsaeError` for a name or a setting that is not known, and for a value that
    ///   breaks its rule.
    public init(_ name: String, _ settings: [String: SettingValue] = [:]) throws(KalsaeError) {
        (self.name, self.settings) = (name, settings)
        _ = try optimizer()
    }

    private init(unchecked name: String, _ settings: [String: SettingValue]) {
        (self.name, self.settings) = (name, settings)
    }

    /// The spec of an optimizer that exists, with all of its settings.
    ///
    /// - Throws: a `KalsaeError` where it is not of the catalog, or a setting breaks its rule.
    public init(_ optimizer: any Optimizer) throws(KalsaeError) {
        let type = type(of: optimizer) as any Optimizer.Type
        guard let entry = Self.catalog.first(where: { Swift.type(of: $0.optimizer) == type }) else {
            throw KalsaeError(
                "\(type)", expected: "an optimizer of the catalog", got: "another type",
                advice: "add a line to OptimizerCatalog.swift")
        }
        var copy = optimizer
        var visitor = SettingVisitor(writing: entry.name)
        try copy.visit(&visitor)
        (name, settings) = (entry.name, visitor.written)
    }

    /// The optimizer.
    ///
    /// - Throws: what the initializer throws; nothing of a spec that exists.
    public func optimizer() throws(KalsaeError) -> any Optimizer {
        guard let entry = Self.catalog.first(where: { $0.name == name }) else {
            throw KalsaeError(
                "optimizer", expected: Self.names.joined(separator: ", "), got: "\"\(name)\"",
                advice: SpellingSuggestion.advice(name, in: Self.names))
        }
        var optimizer = entry.optimizer
        var visitor = SettingVisitor(reading: settings, name)
        try optimizer.visit(&visitor)
        try visitor.refuseUnknown()
        return optimizer
    }

    /// The spec of a wrapper round this optimizer.
    public func wrapped(
        in wrapper: String, _ settings: [String: SettingValue] = [:]
    ) throws(KalsaeError) -> OptimizerSpec {
        var settings = settings
        settings["base"] = plain
        return try OptimizerSpec(wrapper, settings)
    }

    /// The same spec with some settings changed.
    public func replacing(
        _ changed: [String: SettingValue]
    ) throws(KalsaeError) -> OptimizerSpec {
        try OptimizerSpec(name, settings.merging(changed) { _, new in new })
    }

    /// All names of the catalog.
    public static var names: [String] { catalog.map(\.name) }
    /// The names of optimizers that stand alone.
    public static var plainNames: [String] {
        catalog.filter { !($0.optimizer is any OptimizerWrapper) }.map(\.name)
    }

    private static let nameKey = "optimizer"

    /// The spec as one value, its name among the settings.
    var plain: SettingValue {
        .settings(settings.merging([Self.nameKey: .text(name)]) { _, new in new })
    }

    /// A spec from such a value, or from a name alone.
    init(plain: SettingValue) throws(KalsaeError) {
        self = try Self.unchecked(plain)
        _ = try optimizer()
    }

    /// The optimizer of such a value. It is built once: wrappers in wrappers would else take a time
    /// that doubles with each.
    static func optimizer(plain: SettingValue) throws(KalsaeError) -> any Optimizer {
        try unchecked(plain).optimizer()
    }

    private static func unchecked(_ plain: SettingValue) throws(KalsaeError) -> OptimizerSpec {
        switch plain {
        case .text(let name): return OptimizerSpec(unchecked: name, [:])
        case .settings(var settings):
            guard case .text(let name)? = settings.removeValue(forKey: nameKey) else {
                throw KalsaeError(
                    "optimizer", expected: "a name as \(nameKey)",
                    got: "settings \(settings.keys.sorted().joined(separator: ", "))")
            }
            return OptimizerSpec(unchecked: name, settings)
        default:
            throw KalsaeError("optimizer", expected: "a name or settings", got: "\(plain)")
        }
    }
}

extension OptimizerSpec: Codable {
    /// Reads `{"optimizer": name, …}` or a name.
    public init(from decoder: any Decoder) throws {
        try self.init(plain: try SettingValue(from: decoder))
    }

    /// Writes `{"optimizer": name, …}` with the settings that are given.
    public func encode(to encoder: any Encoder) throws { try plain.encode(to: encoder) }
}

extension SettingVisitor {
    /// The optimizer inside of a wrapper, which has no default.
    public mutating func callAsFunction(
        _ name: String, _ value: inout any Optimizer
    ) throws(KalsaeError) {
        try requireGiven(name)
        try visit(
            name, &value, { value throws(KalsaeError) in try OptimizerSpec(value).plain },
            "an optimizer",
            { plain throws(KalsaeError) in try OptimizerSpec.optimizer(plain: plain) })
        try value.check()
    }
}
