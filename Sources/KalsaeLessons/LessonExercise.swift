import Glibc
import KalsaeSupport

/// An exercise whose answer is some numbers that the engine checks.
public struct LessonExercise: Sendable {
    /// How many numbers an answer has.
    public let count: Int
    /// Whether the right numbers may be rounded to three significant digits or more; counts may not.
    public let takesRounded: Bool
    /// The right numbers; nil where many answers are right.
    package let right: (@Sendable () throws -> [Double])?
    private let verdicts: @Sendable ([Double]) throws -> [Bool]

    /// Numbers that the engine computes, up to a tolerance or rounded to at least three significant
    /// digits; with a tolerance of 0 the numbers alone.
    static func numbers(
        _ count: Int, within tolerance: Double, _ right: @escaping @Sendable () throws -> [Double]
    ) -> LessonExercise {
        LessonExercise(count: count, takesRounded: tolerance > 0, right: right) { answer in
            zip(answer, try right()).map { given, exact in
                (given - exact).magnitude <= tolerance
                    || tolerance > 0 && isRounded(given, from: exact)
            }
        }
    }

    /// Whether a number is another one rounded to three significant digits or more.
    private static func isRounded(_ given: Double, from exact: Double) -> Bool {
        guard given.isFinite, exact.isFinite, exact != 0 else { return given == exact }
        let size = Int(log10(exact.magnitude).rounded(.down))
        return (3...12).contains { digits in
            // Half a unit of the last digit, and what the last bits of a computed number leave.
            let unit = pow(10, Double(size - digits + 1))
            let isWhole = ((given / unit).rounded() - given / unit).magnitude < 1e-6
            return isWhole && (given - exact).magnitude <= unit * 0.500001
        }
    }

    /// Numbers that together must do something.
    static func condition(
        _ count: Int, _ isMet: @escaping @Sendable ([Double]) throws -> Bool
    ) -> LessonExercise {
        LessonExercise(count: count, takesRounded: false, right: nil) {
            [Bool](repeating: try isMet($0), count: count)
        }
    }

    private init(
        count: Int, takesRounded: Bool, right: (@Sendable () throws -> [Double])?,
        _ verdicts: @escaping @Sendable ([Double]) throws -> [Bool]
    ) {
        (self.count, self.takesRounded, self.right) = (count, takesRounded, right)
        self.verdicts = verdicts
    }

    /// Which of the numbers are right.
    func check(_ answer: [Double]) throws -> [Bool] {
        guard answer.count == count else {
            throw KalsaeError(
                "--answer", expected: count == 1 ? "1 number" : "\(count) numbers",
                got: "\(answer.count)")
        }
        return try verdicts(answer)
    }
}
