import KalsaeGraph
import KalsaeTensor

/// The settings of a kind of layer as plain data, from which a layer is built once its input's
/// shape is known.
///
/// ```swift
/// public struct Settings: LayerSettings {
///     public static let kind = "leakyDropout"
///     public static let defaults = Self()
///     public var rate = 0.5
///     public var isScaled = true
///     public func layer(input: Shape) throws -> any Layer { … }
/// }
/// ```
///
/// The stored properties are the settings: the compiler's own coding gives their keys, defaults and
/// values to files and messages. The key of a Boolean leaves out `is` or `use`: `scaled` above.
public protocol LayerSettings: Codable, Hashable, Sendable {
    /// The name in files and in models, as in `conv2D`.
    static var kind: String { get }
    /// The settings that a file may leave out.
    static var defaults: Self { get }
    /// The keys that a file must have, because no default can be built.
    static var requiredKeys: Set<String> { get }
    /// The layer's name inside a model, before its number; by default the kind.
    var layerName: String { get }
    /// The layer for inputs of a shape (without the batch); throws a `KalsaeError` where settings
    /// or shape are impossible.
    func layer(input: Shape) throws -> any Layer
}

extension LayerSettings {
    /// None.
    public static var requiredKeys: Set<String> { [] }

    /// The kind.
    public var layerName: String { Self.kind }
}
