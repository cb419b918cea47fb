import KalsaeGraph
import KalsaeReference

/// Comparisons that say in one line what differs, or nil where nothing does.
public enum Closeness {
    /// Compares count, then numbers; NaN is close to NaN only, an infinity to itself only.
    ///
    /// - Parameter errors: what each may be off by beside the tolerance.
    public static func mismatch(
        _ got: [Double], _ expected: [Double], tolerance: Tolerance,
        allowing errors: [Double]? = nil
    ) -> String? {
        guard tolerance.isPositive else {
            return "expected a positive, finite tolerance, got \(tolerance)"
        }
        guard got.count == expected.count else {
            return "expected \(expected.count) elements, got \(got.count)"
        }
        if let errors, errors.count != got.count {
            return "expected \(got.count) allowed errors, got \(errors.count)"
        }
        let bad = got.indices.filter {
            !isClose(got[$0], expected[$0], tolerance, errors?[$0] ?? 0)
        }
        return report(bad, count: got.count) { ("\(got[$0])", "\(expected[$0])") }
    }

    /// Compares count, then whole numbers, exactly.
    public static func mismatch(_ got: [Int64], _ expected: [Int64]) -> String? {
        guard got.count == expected.count else {
            return "expected \(expected.count) elements, got \(got.count)"
        }
        let bad = got.indices.filter { got[$0] != expected[$0] }
        return report(bad, count: got.count) { ("\(got[$0])", "\(expected[$0])") }
    }

    /// Compares shape, element type and count before the elements.
    package static func mismatch(
        _ got: Value, _ expected: Value, tolerance: Tolerance, allowing errors: [Double]? = nil
    ) -> String? {
        guard got.shape == expected.shape else {
            return "expected shape \(expected.shape), got \(got.shape)"
        }
        guard got.dtype == expected.dtype else {
            return "expected \(expected.dtype.rawValue), got \(got.dtype.rawValue)"
        }
        switch (got.numbers, expected.numbers) {
        case (.integers(let numbers), .integers(let others)):
            return mismatch(numbers, others)
        case (.floats, _), (.integers, .floats):
            return mismatch(
                got.numbers.doubles, expected.numbers.doubles, tolerance: tolerance,
                allowing: errors)
        }
    }

    private static func isClose(
        _ got: Double, _ expected: Double, _ tolerance: Tolerance, _ error: Double
    ) -> Bool {
        if got == expected || (got.isNaN && expected.isNaN) { return true }
        guard got.isFinite, expected.isFinite else { return false }
        return abs(got - expected) <= tolerance.absolute + tolerance.relative * abs(expected)
            + error
    }

    private static func report(
        _ bad: [Int], count: Int, _ texts: (Int) -> (got: String, expected: String)
    ) -> String? {
        guard let first = bad.first else { return nil }
        let (got, expected) = texts(first)
        return "expected \(expected) at \(first), got \(got) (\(bad.count) of \(count) differ)"
    }
}
