/// A language that lessons, findings and summaries are written in.
public enum TextLanguage: String, CaseIterable, Sendable {
    /// English.
    case english = "en"
    /// Korean.
    case korean = "ko"

    /// The language of a locale's variables: of the first of `LC_ALL`, `LC_MESSAGES` and `LANG`
    /// that is set; English for all others.
    public init(environment: [String: String]) {
        let name = ["LC_ALL", "LC_MESSAGES", "LANG"].lazy.compactMap { environment[$0] }
            .first { !$0.isEmpty }
        self = name?.hasPrefix("ko") == true ? .korean : .english
    }

    /// One of two texts.
    public func callAsFunction(_ english: String, _ korean: String) -> String {
        self == .korean ? korean : english
    }
}
