import KalsaeGraph

/// The elements of a tensor as the oracle holds them: far wider than their type.
package enum Numbers: Equatable, Sendable {
    case floats([Double])
    case integers([Int64])

    package var count: Int {
        switch self {
        case .floats(let numbers): numbers.count
        case .integers(let numbers): numbers.count
        }
    }

    /// As floating-point numbers, whatever they are.
    package var doubles: [Double] {
        switch self {
        case .floats(let numbers): numbers
        case .integers(let numbers): numbers.map { Double($0) }
        }
    }

    /// As whole numbers, floats saturated.
    package var integers: [Int64] {
        switch self {
        case .floats(let numbers): numbers.map { saturated($0, Int64.self) }
        case .integers(let numbers): numbers
        }
    }

    /// The elements at some positions.
    func picking(_ positions: [Int]) -> Numbers {
        switch self {
        case .floats(let numbers): .floats(positions.map { numbers[$0] })
        case .integers(let numbers): .integers(positions.map { numbers[$0] })
        }
    }

    /// These elements and behind them the others, which are of the same kind.
    func joined(with others: Numbers) -> Numbers {
        switch self {
        case .floats(let numbers): .floats(numbers + others.doubles)
        case .integers(let numbers): .integers(numbers + others.integers)
        }
    }
}

/// One value of a graph: its type and its elements in row-major order.
package struct Value: Sendable {
    package var type: TensorType
    package var numbers: Numbers

    package init(_ type: TensorType, _ numbers: Numbers) {
        self.type = type
        self.numbers = numbers
    }

    /// Whole numbers brought into the range of the type: the low bits stay.
    package init(_ type: TensorType, wrapping integers: [Int64]) {
        self.init(type, .integers(integers.map { wrapped($0, type.dtype) }))
    }

    /// Numbers of any type, rounded or brought into its range.
    package init(_ type: TensorType, _ numbers: [Double]) {
        if type.dtype.isFloat {
            self.init(type, .floats(numbers.map { rounded($0, type.dtype) }))
        } else {
            self.init(type, wrapping: numbers.map { saturated($0, Int64.self) })
        }
    }

    package var shape: Shape { type.shape }
    package var dtype: DType { type.dtype }
}

/// A whole number as integers of a type hold it.
func wrapped(_ value: Int64, _ dtype: DType) -> Int64 {
    switch dtype {
    case .int32: Int64(Int32(truncatingIfNeeded: value))
    case .uint8: Int64(UInt8(truncatingIfNeeded: value))
    case .bool: value != 0 ? 1 : 0
    case .int64, .float32, .float64, .float16, .bfloat16: value
    }
}

/// A number as floats of a type hold it, rounded to the nearest, ties to even.
func rounded(_ value: Double, _ dtype: DType) -> Double {
    switch dtype {
    case .float32: Double(Float(value))
    case .float16: Double(Float16(value))
    case .bfloat16: roundedToBFloat16(value)
    case .float64, .int32, .int64, .uint8, .bool: value
    }
}

/// Eight significant bits in the range of `Float`, in one rounding.
private func roundedToBFloat16(_ value: Double) -> Double {
    guard value.isFinite, value != 0 else { return value }
    let exponent = max(Int(value.exponent), -126)
    let step = Double(sign: .plus, exponent: exponent - 7, significand: 1)
    let result = (value / step).rounded(.toNearestOrEven) * step
    let limit = Double(sign: .plus, exponent: 128, significand: 1)
    return abs(result) < limit ? result : (value < 0 ? -.infinity : .infinity)
}

/// A number towards zero; NaN is 0, and what is too large is the largest.
func saturated<Integer: FixedWidthInteger>(_ value: Double, _ type: Integer.Type) -> Integer {
    if value.isNaN { return 0 }
    return Integer(exactly: value.rounded(.towardZero)) ?? (value < 0 ? .min : .max)
}
