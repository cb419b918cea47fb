/// One thing that a ``Diagnosis`` looked at: what it found, with the numbers, and what helps.
public struct Finding: Codable, Equatable, Sendable {
    /// How it stands.
    public enum Verdict: String, Codable, CaseIterable, Sendable {
        /// It costs accuracy or time.
        case problem
        /// It may.
        case notice
        /// It is as it should be.
        case good
    }

    /// A number with its name.
    public struct Number: Codable, Equatable, Sendable {
        /// What it is.
        public var name: String
        /// The number.
        public var value: Double
    }

    /// What was looked at, as `loss-at-start`.
    public var name: String
    /// How it stands.
    public var verdict: Verdict
    /// What was found, in a line.
    public var text: String
    /// The numbers that it is judged by.
    public var numbers: [Number]
    /// What helps; empty where nothing needs to.
    public var remedy: String
    /// The command for it; empty where there is none.
    public var command: String

    init(
        _ name: String, _ verdict: Verdict, _ text: String, _ numbers: [(String, Double)] = [],
        remedy: String = "", command: String = ""
    ) {
        (self.name, self.verdict, self.text) = (name, verdict, text)
        self.numbers = numbers.map { Number(name: $0.0, value: $0.1) }
        (self.remedy, self.command) = (remedy, command)
    }
}
