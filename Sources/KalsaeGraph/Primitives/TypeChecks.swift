import KalsaeSupport

/// Checks that several primitives share.
enum TypeChecks {
    static func same(
        _ name: String, _ got: TensorType, _ expected: TensorType
    ) throws(KalsaeError) {
        guard got != expected else { return }
        throw KalsaeError(
            name, expected: "\(expected)", got: "\(got)",
            advice: got.dtype == expected.dtype ? "" : "convert one with .cast(to:)")
    }

    static func sameFloat(_ name: String, _ types: [TensorType]) throws(KalsaeError) {
        try same(name, types) { $0.isDifferentiable }
    }

    /// Operands of products of floating-point numbers, which may be halves.
    static func sameFactors(_ name: String, _ types: [TensorType]) throws(KalsaeError) {
        try same(name, types) { $0.isFloat }
    }

    private static func same(
        _ name: String, _ types: [TensorType], _ accepts: (DType) -> Bool
    ) throws(KalsaeError) {
        for type in types {
            guard accepts(type.dtype) else { throw unsupported(name, type.dtype) }
            guard type.dtype == types[0].dtype else {
                throw KalsaeError(
                    name, expected: "operands of one type", got: "\(types[0]) and \(type)",
                    advice: "convert one with .cast(to:)")
            }
        }
    }

    static func indices(_ name: String, _ type: TensorType) throws(KalsaeError) {
        guard type.dtype == .int32 || type.dtype == .int64 else {
            throw KalsaeError(
                name, expected: "indices of type int32 or int64", got: type.dtype.rawValue,
                advice: "convert them with .cast(to: .int32)")
        }
    }

    static func unsupported(_ name: String, _ dtype: DType) -> KalsaeError {
        KalsaeError(
            name, expected: "a type that it is defined on", got: dtype.rawValue,
            advice: "convert the operand with .cast(to:)")
    }
}
