import KalsaeGraph
import KalsaeReference
import KalsaeTensor

extension Closeness {
    /// What differs between two tensors in one line; shape and element type are compared first.
    public static func mismatch(
        _ got: Tensor, _ expected: Tensor, tolerance: Tolerance? = nil
    ) -> String? {
        do {
            let (value, reference) = (try Value(got), try Value(expected))
            return mismatch(
                value, reference, tolerance: tolerance ?? .standard(for: expected.dtype))
        } catch {
            return "threw \(error)"
        }
    }

    /// What differs between a tensor and numbers under a type, in one line.
    package static func mismatch(
        _ got: Tensor, _ expected: [Double], _ type: TensorType, tolerance: Tolerance? = nil
    ) -> String? {
        guard type.shape.isValid, expected.count == type.shape.elementCount else {
            return "expected numbers that fill \(type), got \(expected.count)"
        }
        do {
            // Floats are compared as they were given: rounding is the tolerance's matter.
            let numbers =
                type.dtype.isFloat ? Numbers.floats(expected) : Value(type, expected).numbers
            return mismatch(
                try Value(got), Value(type, numbers),
                tolerance: tolerance ?? .standard(for: type.dtype))
        } catch {
            return "threw \(error)"
        }
    }

    /// What is missing of a fault with this text, in one line.
    static func faultMismatch(_ got: Tensor, _ part: String) -> String? {
        guard let fault = got.fault else { return "expected a fault, got \(got.dtype)\(got.shape)" }
        guard part.isEmpty || fault.description.contains(part) else {
            return "expected a fault that contains \"\(part)\", got \"\(fault)\""
        }
        return nil
    }
}

extension Value {
    /// The value of a tensor, computed on the device in force.
    package init(_ tensor: Tensor) throws {
        let buffer = try tensor.evaluatedBuffer()
        try self.init(TensorType(tensor.dtype, tensor.shape), reading: buffer)
    }
}

extension Tensor {
    /// Test data as a tensor.
    package init(_ value: Value) throws {
        self.init(try value.buffer(), value.type)
    }
}
