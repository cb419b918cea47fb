import KalsaeSupport

/// One number of an optimizer with its rule, checked before training begins.
struct Setting {
    /// What a number may be.
    enum Rule: String {
        case share = "in [0, 1)"
        case positive = "above 0"
        case notNegative = "of at least 0"
        case finite = "that is finite"

        func allows(_ value: Double) -> Bool {
            guard value.isFinite else { return false }
            switch self {
            case .share: return value >= 0 && value < 1
            case .positive: return value > 0
            case .notNegative: return value >= 0
            case .finite: return true
            }
        }
    }

    let name: String
    let value: Double
    let rule: Rule

    init(_ name: String, _ value: Double, _ rule: Rule) {
        self.name = name
        self.value = value
        self.rule = rule
    }

    /// Throws for the first setting that breaks its rule.
    static func check(_ subject: String, _ settings: Setting...) throws(KalsaeError) {
        for setting in settings where !setting.rule.allows(setting.value) {
            throw KalsaeError(
                subject, expected: "\(setting.name) \(setting.rule.rawValue)",
                got: "\(setting.value)")
        }
    }
}
