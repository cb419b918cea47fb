import KalsaeBackend
import KalsaeGraph

/// Sizes round the borders of vector registers and tiles, and none at all.
let oddShapes: [Shape] = [
    [], [0], [1], [3], [5], [17], [64], [65], [2, 3], [5, 0, 2], [1, 33], [3, 17, 2], [1025],
]

extension BackendCase {
    /// Every element-wise operation on every type.
    static var elementwise: [BackendCase] {
        var cases: [BackendCase?] = []
        for dtype in DType.allCases {
            for shape in oddShapes {
                let type = TensorType(dtype, shape)
                for operation in UnaryOperation.allCases {
                    for domain in operation.domains where shape.elementCount > 5 || domain != .tiny
                    {
                        cases.append(.single(.unary(operation), [type], [domain]))
                    }
                }
                for operation in BinaryOperation.allCases {
                    cases.append(
                        .single(.binary(operation), [type, type], operation.domains))
                }
                for comparison in Comparison.allCases {
                    let ties = Domain.integers(0...3)
                    cases.append(.single(.compare(comparison), [type, type], [ties, ties]))
                }
                let mask = TensorType(.bool, shape)
                cases.append(
                    .single(.select, [mask, type, type], [.normal, .normal, .positive]))
            }
            cases += special(dtype)
        }
        return cases.compactMap { $0 }
    }

    /// NaN, infinities and borders, each with each.
    private static func special(_ dtype: DType) -> [BackendCase?] {
        let type = TensorType(dtype, [21])
        var cases: [BackendCase?] = UnaryOperation.allCases.map {
            .single(.unary($0), [type], [.special])
        }
        // 20 numbers against 21: every pair meets.
        let grid = TensorType(dtype, [420])
        let pairs = Domain.numbers([.nan, 0, -0.0, 1, -1, .infinity, -.infinity, 3, -3, 2.5])
        for operation in BinaryOperation.allCases {
            if dtype.isInteger, operation == .divide || operation == .remainder {
                // Whole divisors of 0 are an error, which has rows of its own.
                let divisors = Domain.numbers([1, dtype == .uint8 ? 255 : -1, 3, 7, 100])
                cases.append(.single(.binary(operation), [grid, grid], [.special, divisors]))
                continue
            }
            cases.append(.single(.binary(operation), [grid, grid], [.special, pairs]))
            cases.append(.single(.binary(operation), [grid, grid], [pairs, .special]))
        }
        for comparison in Comparison.allCases {
            cases.append(.single(.compare(comparison), [grid, grid], [.special, pairs]))
        }
        let mask = TensorType(.bool, [21])
        cases.append(.single(.select, [mask, type, type], [.normal, .special, .special]))
        return cases
    }

    /// Every type to every other.
    static var casts: [BackendCase] {
        var cases: [BackendCase?] = []
        for source in DType.allCases {
            for target in DType.allCases {
                for shape in [[], [0], [5], [67]] as [Shape] {
                    for domain in [Domain.normal, .wide, .special] {
                        cases.append(
                            .single(.cast(target), [TensorType(source, shape)], [domain]))
                    }
                }
            }
        }
        return cases.compactMap { $0 }
    }
}

extension UnaryOperation {
    /// Where the function is defined and its result representable.
    fileprivate var domains: [Domain] {
        switch self {
        case .negate, .absolute, .sign, .sin, .cos, .logicalNot: [.normal, .tiny]
        case .exp, .expm1, .atan, .tanh, .sigmoid, .erf: [.normal, .tiny, .wide]
        case .log, .sqrt, .rsqrt, .reciprocal: [.positive, .unit]
        case .log1p: [.positive, .tiny]
        case .floor, .ceil, .round: [.normal, .wide]
        }
    }
}

extension BinaryOperation {
    fileprivate var domains: [Domain] {
        switch self {
        case .add, .subtract, .multiply, .minimum, .maximum, .logicalAnd, .logicalOr:
            [.normal, .normal]
        case .divide, .remainder, .atan2: [.normal, .nonzero]
        case .power: [.positive, .normal]
        }
    }
}
