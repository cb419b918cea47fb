import KalsaeSupport

/// An exercise whose answer is some numbers that the engine checks.
public struct LessonExercise: Sendable {
    /// How many numbers an answer has.
    public let count: Int
    private let verdicts: @Sendable ([Double]) throws -> [Bool]

    /// Numbers that the engine computes, up to a tolerance.
    static func numbers(
        _ count: Int, within tolerance: Double, _ right: @escaping @Sendable () throws -> [Double]
    ) -> LessonExercise {
        LessonExercise(count: count) { answer in
            zip(answer, try right()).map { ($0 - $1).magnitude <= tolerance }
        }
    }

    /// Numbers that together must do something.
    static func condition(
        _ count: Int, _ isMet: @escaping @Sendable ([Double]) throws -> Bool
    ) -> LessonExercise {
        LessonExercise(count: count) { [Bool](repeating: try isMet($0), count: count) }
    }

    private init(count: Int, _ verdicts: @escaping @Sendable ([Double]) throws -> [Bool]) {
        self.count = count
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
