import KalsaeSupport

/// A number of a lesson that a reader may change: "what if?".
public struct LessonKnob: Sendable, Equatable {
    /// The name in `--set name=value`.
    public let name: String
    /// The lectures' number.
    public let standard: Double
    /// What it may be.
    public let range: ClosedRange<Double>
    /// Whether it is a whole number.
    public let isWhole: Bool
    private let english: String
    private let korean: String

    init(
        _ name: String, _ standard: Double, _ range: ClosedRange<Double>, isWhole: Bool = false,
        _ english: String, _ korean: String
    ) {
        self.name = name
        self.standard = standard
        self.range = range
        self.isWhole = isWhole
        self.english = english
        self.korean = korean
    }

    /// A whole number.
    static func whole(
        _ name: String, _ standard: Int, _ range: ClosedRange<Int>, _ english: String,
        _ korean: String
    ) -> LessonKnob {
        LessonKnob(
            name, Double(standard), Double(range.lowerBound)...Double(range.upperBound),
            isWhole: true, english, korean)
    }

    /// The seed of what is random.
    static let seed = whole("seed", 1, 0...1_000_000, "seed of what is random", "난수의 시드")
    /// How many seeds a curve is the mean of.
    static let seeds = whole("seeds", 3, 1...20, "seeds that a mean is taken over", "평균을 낼 시드의 수")

    /// What it does, in one line.
    public func summary(_ language: LessonLanguage) -> String { language(english, korean) }

    /// The range in messages: `0 to 1`.
    private var rangeText: String { "\(text(range.lowerBound)) to \(text(range.upperBound))" }

    /// The ends of the range for readers: `0 … 1`.
    public var ends: String { "\(text(range.lowerBound)) … \(text(range.upperBound))" }

    /// A value as text.
    public func text(_ value: Double) -> String {
        isWhole ? String(Int(value)) : LessonNumber.short(value)
    }

    /// Refuses a value outside of the range, and a part of a whole.
    func check(_ value: Double) throws(KalsaeError) {
        let fits = range.contains(value) && (!isWhole || value == value.rounded())
        guard fits else {
            throw KalsaeError(
                "--set \(name)",
                expected: "\(isWhole ? "a whole number" : "a number") from \(rangeText)",
                got: "\(value)")
        }
    }
}
