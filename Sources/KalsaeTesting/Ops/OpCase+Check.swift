import KalsaeGraph
import KalsaeReference
import KalsaeSupport
import KalsaeTensor
import Testing

extension OpCase {
    /// Runs the row on the reference and on `devices`, and records what does not hold.
    public func check(
        devices: [Device], sourceLocation: SourceLocation = #_sourceLocation
    ) {
        for text in mismatches(devices: devices) { record("\(name): \(text)", sourceLocation) }
    }

    /// Compares value and gradients of a device with the reference's, for the main shapes alone: what
    /// is true of the row itself, ``check(devices:sourceLocation:)`` finds.
    public func compare(
        with device: Device, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let shapes = inputs.map(\.shape)
        for dtype in dtypes {
            let found = collect(dtype.rawValue) { try compare(dtype, shapes, [device]) }
            for text in found { record("\(name): \(text)", sourceLocation) }
        }
    }

    private var dtypes: [DType] {
        inputs.contains { $0.dtype == nil } ? [.float64, .float32] : [.float64]
    }

    /// What does not hold, one line each; empty where all is well.
    public func mismatches(devices: [Device]) -> [String] {
        let main = inputs.map(\.shape)
        var found: [String] = []
        for dtype in dtypes {
            for tried in [main] + shapes {
                let subject = "\(dtype.rawValue) \(tried.map(\.description).joined(separator: " "))"
                found += collect(subject) { try compare(dtype, tried, devices) }
            }
        }
        let reference = Device(ReferenceBackend())
        found += collect("value") { try reference.asCurrent { try compareWithOracle(main) } }
        if order > 0 {
            found += collect("by differences") {
                try reference.asCurrent {
                    try Closeness.gradientMismatch(
                        of: body, at: makeInputs(.float64, main), order: order
                    ).map { [$0] } ?? []
                }
            }
        }
        return found
    }

    /// Adds the subject to texts, and makes errors texts.
    private func collect(_ subject: String, _ body: () throws -> [String]) -> [String] {
        do {
            return try body().map { "\(subject): \($0)" }
        } catch {
            return ["\(subject): threw \(error)"]
        }
    }

    /// Value, first and second gradients of each device against the reference.
    private func compare(
        _ dtype: DType, _ shapes: [Shape], _ devices: [Device]
    ) throws -> [String] {
        let expected = try results(dtype, shapes, Device(ReferenceBackend()))
        var found: [String] = []
        for (input, gradient) in zip(try makeInputs(dtype, shapes), expected.dropFirst())
        where gradient.value.type != TensorType(input.dtype, input.shape) {
            found.append("\(gradient.name): of type \(gradient.value.type)")
        }
        for device in devices {
            let got = try results(dtype, shapes, device)
            guard got.count == expected.count else {
                found.append("\(device.name): expected \(expected.count) results, got \(got.count)")
                continue
            }
            for (result, reference) in zip(got, expected) {
                let tolerance = Tolerance.standard(for: reference.value.dtype)
                    .scaled(by: errorFactor * reference.scale)
                let text = Closeness.mismatch(
                    result.value, reference.value, tolerance: tolerance)
                if let text { found.append("\(result.name) on \(device.name): \(text)") }
            }
        }
        return found
    }

    private struct Result {
        var name: String
        var value: Value
        /// Derivatives sum over more terms, and lose more.
        var scale: Double
    }

    private func results(
        _ dtype: DType, _ shapes: [Shape], _ device: Device
    ) throws -> [Result] {
        try device.asCurrent {
            let inputs = try makeInputs(dtype, shapes)
            let value = body(inputs)
            var results = [Result(name: "value", value: try Value(value), scale: 1)]
            guard order > 0 else { return results }
            for level in 1...order {
                for (position, tensor) in try gradients(at: inputs, level: level).enumerated() {
                    let name = "gradient \(position) of order \(level)"
                    results.append(
                        Result(name: name, value: try Value(tensor), scale: level == 1 ? 4 : 32))
                }
            }
            return results
        }
    }

    /// The gradients of order 1 or 2 for each input, each reduced with fixed random weights.
    func gradients(at inputs: [Tensor], level: Int) throws -> [Tensor] {
        let first: ([Tensor]) throws -> Tensor = {
            try RandomWeights(seed: 1).reduce([body($0)])
        }
        guard level > 1 else { return try gradient(at: inputs, of: first) }
        return try gradient(at: inputs) { tensors in
            let slopes = try gradient(at: tensors, of: first)
            let differentiable = zip(slopes, tensors).filter { $0.1.dtype.isDifferentiable }
            return try RandomWeights(seed: 2).reduce(differentiable.map(\.0))
        }
    }

    private func compareWithOracle(_ shapes: [Shape]) throws -> [String] {
        guard let oracle else { return [] }
        let inputs = try makeInputs(.float64, shapes)
        let result = try Value(body(inputs))
        let expected = oracle(try inputs.map { try Value($0).numbers.doubles })
        let tolerance = Tolerance(relative: 1e-12, absolute: 1e-13)
        let text = Closeness.mismatch(result.numbers.doubles, expected, tolerance: tolerance)
        return text.map { ["against plain arithmetic, \($0)"] } ?? []
    }
}
