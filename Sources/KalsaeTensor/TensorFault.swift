import KalsaeGraph
import KalsaeSupport

/// An impossible operation, carried by its result until somebody asks for the value.
///
/// Whatever uses a faulty tensor carries the same first fault on; `values()`, `item()`,
/// `evaluate()` and training throw it.
public struct TensorFault: Error, Sendable, Equatable, CustomStringConvertible {
    /// The rule that was broken: operation, what was expected, what was got, what to do.
    public let error: KalsaeError
    /// The path of the layer whose parameter took part, as in `encoder.hidden`.
    public let layer: String?
    /// Where in the source the operation stands, where that is known.
    public let site: CallSite?

    /// Makes a fault.
    public init(_ error: KalsaeError, layer: String? = nil, site: CallSite? = nil) {
        self.error = error
        self.layer = layer
        self.site = site
    }

    /// The fault on one line.
    public var description: String {
        var text = error.description
        if let layer { text += " [in layer \(layer)]" }
        if let site { text += " [at \(site)]" }
        return text
    }
}
