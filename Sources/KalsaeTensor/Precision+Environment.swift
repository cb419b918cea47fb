import KalsaeGraph
import KalsaeSupport

extension Precision {
    private static let shortNames: [String: Precision] = [
        "fp32": .float32, "bf16": .bfloat16, "fp16": .float16, "half": .float16,
    ]

    /// A precision by its name, or one of those that other systems have for it, as `bf16`.
    package init(named name: String) throws(KalsaeError) {
        guard let known = Precision(rawValue: name) ?? Self.shortNames[name] else {
            let names = Self.allCases.map(\.rawValue)
            throw KalsaeError(
                "precision", expected: names.joined(separator: ", "), got: name,
                advice: SpellingSuggestion.advice(name, in: names + Self.shortNames.keys.sorted()))
        }
        self = known
    }

    /// The one that `KALSAE_PRECISION` names.
    package static func ofEnvironment() throws(KalsaeError) -> Precision {
        try Precision(named: EnvironmentFlag.precision.value)
    }
}
