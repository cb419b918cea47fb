import KalsaeSupport

/// Schedules by name: `{"schedule": "cosine", "steps": 900}` in files.
extension LearningRateSchedule {
    /// The names of all schedules.
    public static var names: [String] { catalog.map(\.name) }

    /// The name in the catalog; nil for a rule of one's own.
    public var name: String? { Self.catalog.first { type(of: $0.rule) == type(of: rule) }?.name }

    private static let nameKey = "schedule"

    /// A schedule by its name in the catalog; what is left out of the settings has its default.
    ///
    /// - Throws: a `KalsaeError` for a name or a setting that is not known, with the nearest known
    ///   one, and for a value that breaks its rule.
    public init(
        _ name: String, _ settings: [String: SettingValue] = [:]
    ) throws(KalsaeError) {
        guard let entry = Self.catalog.first(where: { $0.name == name }) else {
            throw KalsaeError(
                "schedule", expected: Self.names.joined(separator: ", "), got: "\"\(name)\"",
                advice: SpellingSuggestion.advice(name, in: Self.names))
        }
        var rule = entry.rule
        var visitor = SettingVisitor(reading: settings, "schedule \(name)")
        try rule.visit(&visitor)
        try visitor.refuseUnknown()
        self.init(rule)
    }

    /// The name and all settings as one value.
    ///
    /// - Throws: a `KalsaeError` where the rule is not of the catalog, or a setting breaks its rule.
    public func plain() throws(KalsaeError) -> SettingValue {
        guard let entry = Self.catalog.first(where: { type(of: $0.rule) == type(of: rule) }) else {
            throw KalsaeError(
                "\(type(of: rule))", expected: "a schedule of the catalog", got: "another type",
                advice: "add a line to ScheduleCatalog.swift")
        }
        var copy = rule
        var visitor = SettingVisitor(writing: "schedule \(entry.name)")
        try copy.visit(&visitor)
        return .settings(visitor.written.merging([Self.nameKey: .text(entry.name)]) { $1 })
    }

    /// A schedule from such a value, from a name alone, or from the form before
    /// schedules had names, `{"cosine": {"steps": 900}}`.
    public init(plain: SettingValue) throws(KalsaeError) {
        switch plain {
        case .text(let name): try self.init(name)
        case .settings(var settings):
            if case .text(let name)? = settings.removeValue(forKey: Self.nameKey) {
                try self.init(name, settings)
            } else if settings.count == 1, let (name, value) = settings.first,
                case .settings(var old) = value
            {
                let unnamed = ["milestones": "steps", "product": "schedules"]
                if let key = unnamed[name], let list = old.removeValue(forKey: "_0") {
                    old[key] = list
                }
                try self.init(name, old)
            } else {
                throw KalsaeError(
                    "schedule", expected: "a name as \(Self.nameKey)",
                    got: "settings \(settings.keys.sorted().joined(separator: ", "))")
            }
        default:
            throw KalsaeError("schedule", expected: "a name or settings", got: "\(plain)")
        }
    }
}

extension LearningRateSchedule: Codable {
    /// Reads `{"schedule": name, …}`, a name, or the form before schedules had names.
    public init(from decoder: any Decoder) throws {
        try self.init(plain: try SettingValue(from: decoder))
    }

    /// Writes `{"schedule": name, …}` with all settings.
    public func encode(to encoder: any Encoder) throws { try plain().encode(to: encoder) }
}

extension SettingVisitor {
    /// A schedule that a spec must give.
    mutating func callAsFunction(
        _ name: String, _ value: inout LearningRateSchedule
    ) throws(KalsaeError) {
        try requireGiven(name)
        try visit(
            name, &value, { value throws(KalsaeError) in try value.plain() }, "a schedule",
            { plain throws(KalsaeError) in try LearningRateSchedule(plain: plain) })
        try value.check()
    }

    /// Schedules that a spec must give.
    mutating func callAsFunction(
        _ name: String, _ values: inout [LearningRateSchedule]
    ) throws(KalsaeError) {
        try requireGiven(name)
        try visit(
            name, &values,
            { values throws(KalsaeError) in
                var list: [SettingValue] = []
                for value in values { list.append(try value.plain()) }
                return .list(list)
            }, "a list of schedules",
            { plain throws(KalsaeError) in
                guard case .list(let list) = plain else { return nil }
                var schedules: [LearningRateSchedule] = []
                for value in list { schedules.append(try LearningRateSchedule(plain: value)) }
                return schedules
            })
        for value in values { try value.check() }
    }
}
