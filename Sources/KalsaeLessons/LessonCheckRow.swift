import KalsaeSupport

/// Numbers of the lectures beside those that came out, as readers see them: the numbers of an array
/// are one row.
public struct LessonCheckRow: Sendable, Equatable {
    /// Which number, or which numbers.
    public let name: String
    /// What the lectures have.
    public let expected: String
    /// What came out.
    public let got: String
    /// Whether all of them came out.
    public let passed: Bool

    /// The rows of a report, with names in a language where there are some.
    public static func rows(
        of checks: [LectureCheck], _ language: LessonLanguage = .english
    ) -> [LessonCheckRow] {
        groups(of: checks).map {
            LessonCheckRow(NumberNames.name($0.name, language), $0.checks)
        }
    }

    private static func groups(
        of checks: [LectureCheck]
    ) -> [(name: String, checks: [LectureCheck])] {
        var rows: [(name: String, checks: [LectureCheck])] = []
        var start = 0
        while start < checks.count {
            let name = checks[start].family
            var end = start + 1
            if let name {
                while end < checks.count, checks[end].family == name { end += 1 }
            }
            let group = checks[start..<end]
            if let name {
                rows.append((name: name, checks: Array(group)))
            } else {
                rows.append(contentsOf: group.map { (name: $0.name, checks: [$0]) })
            }
            start = end
        }
        return rows
    }

    private init(_ name: String, _ group: [LectureCheck]) {
        let shown = group.count > 6 ? Array(group.prefix(5)) : group
        let dots = group.count > 6 ? " … (\(group.count))" : ""
        self.name = name
        expected = shown.map(\.rule.short).joined(separator: ", ") + dots
        got = shown.map { LessonNumber.short($0.got) }.joined(separator: ", ") + dots
        passed = group.allSatisfy(\.passed)
    }
}

extension LectureCheck {
    /// The name of an array that this is a number of: `A1` of `A1[0]`.
    fileprivate var family: String? {
        guard name.hasSuffix("]"), let bracket = name.lastIndex(of: "[") else { return nil }
        let index = name[name.index(after: bracket)...].dropLast()
        return Int(index) == nil ? nil : String(name[..<bracket])
    }
}

extension LectureCheck.Rule {
    /// The rule for readers: the value, or the ends of a band.
    fileprivate var short: String {
        switch self {
        case .value(let expected, _): LessonNumber.short(expected)
        case .band(let low, let high):
            if high == .infinity {
                "≥ " + LessonNumber.short(low)
            } else if low == -.infinity {
                "≤ " + LessonNumber.short(high)
            } else {
                LessonNumber.short(low) + "–" + LessonNumber.short(high)
            }
        }
    }
}
