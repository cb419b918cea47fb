import KalsaeGraph
import KalsaeReference
import KalsaeSupport
import KalsaeTensor
import Testing

/// Records an issue unless two tensors agree in shape, element type and, nearly, in numbers.
///
/// - Parameters:
///   - got: what is tested; a fault that it carries is an issue.
///   - expected: what it should be.
///   - tolerance: how far numbers may lie apart; without it, the usual one of the type.
public func expectClose(
    _ got: Tensor, _ expected: Tensor, tolerance: Tolerance? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    record(Closeness.mismatch(got, expected, tolerance: tolerance), sourceLocation)
}

/// Records an issue unless a tensor has this shape, this type and, nearly, these numbers.
public func expectClose(
    _ got: Tensor, _ expected: [Double], shape: Shape, dtype: DType = .float32,
    tolerance: Tolerance? = nil, sourceLocation: SourceLocation = #_sourceLocation
) {
    let type = TensorType(dtype, shape)
    record(Closeness.mismatch(got, expected, type, tolerance: tolerance), sourceLocation)
}

/// Records an issue unless a tensor carries a fault whose text contains `part`.
public func expectFault(
    _ got: Tensor, _ part: String = "", sourceLocation: SourceLocation = #_sourceLocation
) {
    record(Closeness.faultMismatch(got, part), sourceLocation)
}

/// Runs a body for every element; issues tell the element, as in `rows = 3`.
///
/// An error that the body throws is recorded, and the next element follows.
public func withEvery<Elements: Sequence>(
    _ label: String, in elements: Elements, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: (Elements.Element) throws -> Void
) {
    for element in elements {
        IssueContext.with("\(label) = \(element)") {
            do {
                try body(element)
            } catch {
                record("threw \(error)", sourceLocation)
            }
        }
    }
}

/// Which elements of the `withEvery` around are in force.
enum IssueContext {
    @TaskLocal private static var parts: [String] = []

    static func with(_ part: String, _ body: () -> Void) {
        $parts.withValue(parts + [part], operation: body)
    }

    /// A message with the elements in front.
    static func describe(_ message: String) -> String {
        parts.isEmpty ? message : "[\(parts.joined(separator: ", "))] \(message)"
    }
}

/// Records a mismatch, if there is one.
func record(_ mismatch: String?, _ sourceLocation: SourceLocation) {
    guard let mismatch else { return }
    Issue.record("\(IssueContext.describe(mismatch))", sourceLocation: sourceLocation)
}
