import KalsaeSupport

extension TargetLoss: RawRepresentable {
    /// How the losses are written.
    public static let forms = [
        "meanSquaredError", "meanAbsoluteError", "huber=1", "quantile=.9", "poisson", "gamma",
    ]

    /// The name and, where there is one, the setting, as in `quantile(level: 0.9)`.
    public var rawValue: String {
        switch self {
        case .meanSquaredError: "meanSquaredError"
        case .meanAbsoluteError: "meanAbsoluteError"
        case .huber(let delta): "huber(delta: \(delta))"
        case .quantile(let level): "quantile(level: \(level))"
        case .poisson: "poisson"
        case .gamma: "gamma"
        }
    }

    /// The loss of a text like ``rawValue`` or ``forms``, or of Keras's short names `mse` and `mae`; nil where
    /// there is none.
    public init?(rawValue: String) {
        guard let loss = try? TargetLoss(rawValue, subject: "loss") else { return nil }
        self = loss
    }

    /// Reads a text.
    ///
    /// - Parameter subject: what it is of, in the error: an option, or a file.
    /// - Throws: a `KalsaeError` with what there is.
    public init(_ text: String, subject: String) throws(KalsaeError) {
        let match = text.wholeMatch(
            of:
                /\s*([A-Za-z]+)\s*(?:=\s*([^\s()]+)|\(\s*(?:(?:delta|level)\s*:)?\s*([^\s()]+)\s*\))?\s*/
        )
        let name = match.map { String($0.1) } ?? text
        let number = (match?.2 ?? match?.3).map(String.init)
        let value = number.flatMap { Double($0.hasPrefix(".") ? "0" + $0 : $0) }
        func fault(_ expected: String) -> KalsaeError {
            let names = Self.forms.map { String($0.prefix { $0.isLetter }) }
            return KalsaeError(
                subject, expected: expected, got: "\"\(text)\"",
                advice: names.contains(name) ? "" : SpellingSuggestion.advice(name, in: names))
        }
        guard number == nil || value != nil else { throw fault("a number behind \(name)") }
        switch (name, value) {
        case ("meanSquaredError", nil), ("mse", nil): self = .meanSquaredError
        case ("meanAbsoluteError", nil), ("mae", nil): self = .meanAbsoluteError
        case ("poisson", nil): self = .poisson
        case ("gamma", nil): self = .gamma
        case ("huber", let value):
            let delta = value ?? 1
            guard delta > 0, delta.isFinite else {
                throw fault("a delta above 0, in deviations of the target, as in huber=1.5")
            }
            self = .huber(delta: delta)
        case ("quantile", let value):
            guard let level = value, level > 0, level < 1 else {
                throw fault("a level between 0 and 1, as in quantile=.9")
            }
            self = .quantile(level: level)
        default: throw fault("one of \(Self.forms.joined(separator: ", "))")
        }
    }
}
