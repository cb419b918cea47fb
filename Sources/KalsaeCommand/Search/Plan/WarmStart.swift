import KalsaeRuns
import KalsaeSearch
import KalsaeSupport

/// Another study to learn from: one of the store, or of a SQLite file of Optuna.
struct WarmStart {
    private let file: String?
    private let name: String

    /// Reads `STUDY` or `FILE:STUDY`; a study of the store that is named so comes first.
    init(_ text: String, in studies: any StudyCatalog) throws(KalsaeError) {
        let isStudy = try studies.studyNames().contains(text)
        guard !isStudy, let colon = text.lastIndex(of: ":") else {
            (file, name) = (nil, text)
            return
        }
        let file = String(text[..<colon])
        guard FileIdentity.isRegular(file) else {
            throw KalsaeError(
                "--warm-start", expected: "a study, or FILE:STUDY with a file of Optuna",
                got: "\"\(text)\"", advice: "there is no file \(file)")
        }
        (self.file, name) = (file, String(text[text.index(after: colon)...]))
    }

    /// The study, with the objectives of a plan.
    func study(
        _ plan: SearchPlan, in studies: any StudyCatalog
    ) throws(KalsaeError) -> Study {
        if let file {
            return try Study(
                name, plan.directions,
                storage: OptunaStorage(file, study: name, plan.directions, creates: false))
        }
        let names = try studies.studyNames()
        guard names.contains(name) else {
            throw KalsaeError(
                "--warm-start", expected: "one of \(names.joined(separator: ", "))",
                got: "\"\(name)\"", advice: SpellingSuggestion.advice(name, in: names))
        }
        return try Study(name, plan.directions, in: studies)
    }
}
