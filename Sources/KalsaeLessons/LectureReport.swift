import KalsaeFiles
import KalsaePlots

/// What came of a lesson: its checks, its curves and tables, and what is to be said.
public struct LectureReport: Sendable {
    /// The lesson's name.
    public let lesson: String
    /// The numbers, each with what it must be.
    public private(set) var checks: [LectureCheck] = []
    /// Misprints of the sources and how results are to be read.
    public private(set) var notes: [String] = []
    /// Curves and tables by name.
    public private(set) var tables: [JSONValue.Member] = []
    private var passages: [String] = []
    /// Tables and figures in the order in which they are shown.
    public private(set) var exhibits: [LessonExhibit] = []
    /// Whether all numbers must come out: not where knobs were changed.
    public var isDemanded = true
    /// Whether it was cut short, with fewer seeds or steps than the lesson has.
    public var isShort = false
    /// How long it took.
    public var seconds = 0.0

    /// An empty report.
    public init(_ lesson: String) { self.lesson = lesson }

    /// Whether there are numbers, and all of them came out.
    public var passed: Bool { !checks.isEmpty && checks.allSatisfy(\.passed) }

    /// Adds a number that must be a value up to an absolute tolerance.
    public mutating func check(
        _ name: String, _ got: Double, _ expected: Double, within tolerance: Double
    ) {
        checks.append(
            LectureCheck(name: name, got: got, rule: .value(expected, tolerance: tolerance)))
    }

    /// Adds a number that must lie in a band.
    public mutating func check(_ name: String, _ got: Double, in band: ClosedRange<Double>) {
        checks.append(
            LectureCheck(name: name, got: got, rule: .band(band.lowerBound, band.upperBound)))
    }

    /// Adds a number that must be at least as large as another.
    public mutating func check(_ name: String, _ got: Double, atLeast low: Double) {
        check(name, got, in: low...Double.infinity)
    }

    /// Adds numbers that must all come out, named by their positions.
    ///
    /// Missing numbers are NaN, which never passes; surplus ones show as a wrong count.
    public mutating func check(
        _ name: String, _ got: [Double], _ expected: [Double], within tolerance: Double
    ) {
        if got.count > expected.count {
            check("\(name) count", Double(got.count), Double(expected.count), within: 0)
        }
        for (index, value) in expected.enumerated() {
            let number = got.indices.contains(index) ? got[index] : .nan
            check("\(name)[\(index)]", number, value, within: tolerance)
        }
    }

    /// Adds a curve or table.
    public mutating func table(_ name: String, _ value: JSONValue) {
        tables.append(JSONValue.Member(name, value))
    }

    /// Adds a curve or a row of numbers.
    public mutating func table(_ name: String, _ values: [Double]) {
        table(name, .array(values.map { .number($0) }))
    }

    /// Adds a text that is to be read, as one that a model wrote.
    public mutating func passage(_ name: String, _ text: String) {
        table(name, .string(text))
        passages.append("--- \(name)\n\(text)\n---")
    }

    /// The texts that are to be read, as lines.
    public var passageLines: [String] {
        passages.flatMap { $0.split(separator: "\n", omittingEmptySubsequences: false) }
            .map(String.init)
    }

    /// Adds a figure.
    ///
    /// - Parameters:
    ///   - width: in pixels.
    ///   - height: in pixels.
    ///   - isForTerminals: whether a terminal shows it too; those of one or two panels by default.
    public mutating func figure(
        _ name: String, _ figure: Figure, width: Int = 760, height: Int = 400,
        isForTerminals: Bool? = nil
    ) {
        exhibits.append(
            .figure(
                LessonFigure(
                    name: name, figure: figure, width: width, height: height,
                    isForTerminals: isForTerminals ?? (figure.panels.count <= 2))))
    }

    /// Adds numbers that readers see as a table.
    mutating func show(_ table: LessonTable) { exhibits.append(.table(table)) }

    /// The figures, in order.
    public var figures: [LessonFigure] {
        exhibits.compactMap { exhibit in
            if case .figure(let figure) = exhibit { figure } else { nil }
        }
    }

    /// The tables that readers see, in order.
    public var shownTables: [LessonTable] {
        exhibits.compactMap { exhibit in
            if case .table(let table) = exhibit { table } else { nil }
        }
    }

    /// Adds a remark.
    public mutating func note(_ text: String) { notes.append(text) }

    /// The report as one object.
    public var json: JSONValue {
        .object(
            [
                JSONValue.Member("lesson", .string(lesson)),
                JSONValue.Member("passed", .bool(passed)),
                JSONValue.Member("demanded", .bool(isDemanded)),
                JSONValue.Member("short", .bool(isShort)),
                JSONValue.Member("seconds", .number(seconds)),
                JSONValue.Member("checks", .array(checks.map(\.json))),
                JSONValue.Member("notes", .array(notes.map { .string($0) })),
                JSONValue.Member("shown", .array(shownTables.map(\.json))),
                JSONValue.Member("figures", .array(figures.map { .string($0.name) })),
            ] + tables)
    }

    /// The checks as a small table, then remarks and texts, then the verdict.
    public var text: String {
        let width = checks.map(\.name.count).max() ?? 0
        var lines = checks.map { check -> String in
            let space = String(repeating: " ", count: width - check.name.count)
            let verdict = check.passed ? "ok   " : "WRONG"
            return "\(verdict) \(check.name)\(space)  \(check.got)  \(check.rule.text)"
        }
        lines += notes.map { "note: \($0)" } + passages
        let right = checks.count(where: \.passed)
        let time = (seconds * 100).rounded() / 100
        lines.append("\(lesson): \(right) of \(checks.count) numbers come out, \(time) s")
        return lines.joined(separator: "\n")
    }
}

extension LectureCheck.Rule {
    /// The rule in words.
    var text: String {
        switch self {
        case .value(let expected, let tolerance): "expected \(expected) ± \(tolerance)"
        case .band(let low, let high):
            high == .infinity ? "expected at least \(low)" : "expected \(low) to \(high)"
        }
    }
}
