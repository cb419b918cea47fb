import KalsaeGraph
import KalsaeReference
import KalsaeTensor
import Testing

/// Runs a test on the reference backend and on the processor's.
func onEachDevice(_ body: () throws -> Void) throws {
    for device in [Device(ReferenceBackend()), .cpu] { try device.asCurrent(body) }
}

/// Expects a shape, a type and numbers; NaN agrees with NaN, infinities with themselves.
func expectValues(
    _ got: Tensor, _ expected: [Double], shape: Shape? = nil, dtype: DType? = nil,
    tolerance: Double = 0, sourceLocation: SourceLocation = #_sourceLocation
) throws {
    #expect(got.shape == shape ?? [expected.count], sourceLocation: sourceLocation)
    if let dtype { #expect(got.dtype == dtype, sourceLocation: sourceLocation) }
    let values = try got.values(Double.self)
    let agree =
        values.count == expected.count
        && zip(values, expected).allSatisfy { value, right in
            value == right || (value.isNaN && right.isNaN)
                || (value - right).magnitude <= tolerance * Swift.max(1, right.magnitude)
        }
    #expect(agree, "\(values) instead of \(expected)", sourceLocation: sourceLocation)
}

/// Expects a fault whose text contains some words, with the line of the caller.
func expectFault(
    _ tensor: Tensor, _ words: String..., sourceLocation: SourceLocation = #_sourceLocation
) {
    guard let fault = tensor.fault else {
        Issue.record("a fault was expected", sourceLocation: sourceLocation)
        return
    }
    for word in words {
        #expect(fault.description.contains(word), sourceLocation: sourceLocation)
    }
}

/// Expects gradients of first and second order to agree with central differences.
func expectGradients(
    at inputs: [Tensor], orders: ClosedRange<Int> = 1...2,
    sourceLocation: SourceLocation = #_sourceLocation, of function: ([Tensor]) throws -> Tensor
) throws {
    for order in orders {
        let report = try checkGradient(of: function, at: inputs, order: order)
        let limit = order == 1 ? 1e-7 : 1e-5
        #expect(report.inputs.isEmpty == false, sourceLocation: sourceLocation)
        #expect(
            report.largestRelativeError < limit, "\(report)", sourceLocation: sourceLocation)
    }
}

/// The derivative of a function of each element.
func slope(_ x: Tensor, _ function: (Tensor) -> Tensor) -> Tensor {
    gradient(at: x) { function($0).sum() }
}

/// The second derivative of a function of each element.
func curvature(_ x: Tensor, _ function: (Tensor) -> Tensor) -> Tensor {
    slope(x) { slope($0, function) }
}
