import KalsaeSupport

/// Visits the settings of an optimizer or a schedule by name: the one list that `visit(_:)` writes
/// reads them from a spec, writes them into one, and checks their rules.
public struct SettingVisitor {
    private enum Mode {
        case checking
        case writing
        case reading([String: SettingValue])
    }

    /// What errors name.
    let subject: String
    private let mode: Mode
    /// The settings so far, where they are written.
    private(set) var written: [String: SettingValue] = [:]
    private var known: [String] = []

    /// Checks the rules.
    init(checking subject: String) { (self.subject, mode) = (subject, .checking) }

    /// Checks the rules and writes all settings.
    init(writing subject: String) { (self.subject, mode) = (subject, .writing) }

    /// Reads the settings that are given; others keep their values.
    init(reading settings: [String: SettingValue], _ subject: String) {
        (self.subject, mode) = (subject, .reading(settings))
    }

    /// A number with its rule.
    public mutating func callAsFunction(
        _ name: String, _ value: inout Double, _ rule: SettingRule
    ) throws(KalsaeError) {
        try visit(name, &value, { .number($0) }, "a number", \.number)
        try check(name, value, rule)
    }

    /// A number that a spec must give.
    public mutating func required(
        _ name: String, _ value: inout Double, _ rule: SettingRule
    ) throws(KalsaeError) {
        try requireGiven(name)
        try self(name, &value, rule)
    }

    /// A whole number that a spec must give.
    public mutating func required(
        _ name: String, _ value: inout Int, _ rule: SettingRule
    ) throws(KalsaeError) {
        try requireGiven(name)
        try self(name, &value, rule)
    }

    /// A number that may be missing: nil is not written.
    public mutating func callAsFunction(
        _ name: String, _ value: inout Double?, _ rule: SettingRule
    ) throws(KalsaeError) {
        if case .reading(let settings) = mode, settings[name] == nil {
            known.append(name)
            return
        }
        guard var number = value ?? given(name)?.number else {
            known.append(name)
            guard let got = given(name) else { return }
            throw KalsaeError(subject, expected: "a number as \(name)", got: "\(got)")
        }
        try self(name, &number, rule)
        value = number
    }

    /// A whole number with its rule.
    public mutating func callAsFunction(
        _ name: String, _ value: inout Int, _ rule: SettingRule
    ) throws(KalsaeError) {
        try visit(name, &value, { .number(Double($0)) }, "a whole number", \.whole)
        try check(name, Double(value), rule)
    }

    /// Whole numbers with the rule of each.
    public mutating func callAsFunction(
        _ name: String, _ values: inout [Int], _ rule: SettingRule
    ) throws(KalsaeError) {
        try visit(
            name, &values, { .list($0.map { .number(Double($0)) }) }, "a list of whole numbers",
            \.wholes)
        for value in values { try check(name, Double(value), rule) }
    }

    /// A flag.
    public mutating func callAsFunction(
        _ name: String, _ value: inout Bool
    ) throws(KalsaeError) {
        try visit(name, &value, { .flag($0) }, "true or false", \.flag)
    }

    /// One of several choices, by its name.
    public mutating func callAsFunction<Choice>(
        _ name: String, _ value: inout Choice
    ) throws(KalsaeError) where Choice: RawRepresentable<String> & CaseIterable {
        var text = value.rawValue
        try visit(name, &text, { .text($0) }, "text", \.text)
        guard let choice = Choice(rawValue: text) else {
            let names = Choice.allCases.map(\.rawValue)
            throw KalsaeError(
                subject, expected: "\(names.joined(separator: " or ")) as \(name)", got: text,
                advice: SpellingSuggestion.advice(text, in: names))
        }
        value = choice
    }

    /// A rule between several settings.
    public func require(
        _ isKept: Bool, expected: String, got: String
    ) throws(KalsaeError) {
        guard isKept else { throw KalsaeError(subject, expected: expected, got: got) }
    }

    /// A setting that is missing from a spec although it has no default.
    func requireGiven(_ name: String) throws(KalsaeError) {
        guard case .reading(let settings) = mode, settings[name] == nil else { return }
        let given = settings.keys.sorted().joined(separator: ", ")
        throw KalsaeError(
            subject, expected: "a setting \(name)", got: given.isEmpty ? "none" : given)
    }

    /// A setting of any kind: read and converted where it is given, or written.
    mutating func visit<Value>(
        _ name: String, _ value: inout Value, _ plain: (Value) throws(KalsaeError) -> SettingValue,
        _ kind: String, _ convert: (SettingValue) throws(KalsaeError) -> Value?
    ) throws(KalsaeError) {
        known.append(name)
        switch mode {
        case .checking: break
        case .writing: written[name] = try plain(value)
        case .reading:
            guard let got = given(name) else { return }
            guard let converted = try convert(got) else {
                throw KalsaeError(subject, expected: "\(kind) as \(name)", got: "\(got)")
            }
            value = converted
        }
    }

    /// Counts a setting that is not given as known.
    mutating func know(_ name: String) { known.append(name) }

    /// Refuses a setting that was given but not visited, with the nearest name that was.
    func refuseUnknown() throws(KalsaeError) {
        guard case .reading(let settings) = mode else { return }
        for name in settings.keys.sorted() where !known.contains(name) {
            throw KalsaeError(
                subject, expected: "settings \(known.joined(separator: ", "))", got: "\"\(name)\"",
                advice: SpellingSuggestion.advice(name, in: known))
        }
    }

    private func given(_ name: String) -> SettingValue? {
        guard case .reading(let settings) = mode else { return nil }
        return settings[name]
    }

    private func check(
        _ name: String, _ value: Double, _ rule: SettingRule
    ) throws(KalsaeError) {
        guard rule.allows(value) else {
            throw KalsaeError(subject, expected: "\(name) \(rule.rawValue)", got: "\(value)")
        }
    }
}

extension SettingValue {
    var number: Double? { if case .number(let value) = self { value } else { nil } }
    var whole: Int? { number.flatMap { Int(exactly: $0) } }
    var flag: Bool? { if case .flag(let value) = self { value } else { nil } }
    var text: String? { if case .text(let value) = self { value } else { nil } }
    var wholes: [Int]? {
        guard case .list(let values) = self else { return nil }
        let numbers = values.compactMap(\.whole)
        return numbers.count == values.count ? numbers : nil
    }
}
