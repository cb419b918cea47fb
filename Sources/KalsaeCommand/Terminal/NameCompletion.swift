import ArgumentParser
import KalsaeLessons
import KalsaeRuns
import KalsaeSupport

/// What a shell completes: names of runs and studies as they are recorded, none where they cannot
/// be read, as nobody would see an error.
enum NameCompletion {
    /// Runs that are no trials of studies, the newest first, and `last`.
    static let runs = CompletionKind.custom(runNames)
    /// Studies, and `last`; those of a database are not asked for.
    static let studies = CompletionKind.custom(studyNames)
    /// Lessons.
    static let lessons = CompletionKind.list(Lesson.allCases.map(\.rawValue))
    /// Model files.
    static let models = CompletionKind.file(extensions: ["safetensors"])
    /// Files with a network's layers.
    static let networks = CompletionKind.file(extensions: ["json", "yaml", "yml"])
    /// Figures.
    static let figures = CompletionKind.file(extensions: ["svg", "png", "csv"])

    /// The most names that a shell is given.
    private static let most = 500

    @Sendable private static func runNames(
        _ words: [String], _ index: Int, _ prefix: String
    ) -> [String] {
        guard let store = store(of: words), let runs = try? store.runs() else { return [] }
        let trials = (try? store.trialRuns()) ?? []
        let names = runs.lazy.filter { !trials.contains($0.id) }.map(\.name)
        return [Store.last] + shown(Array(names.prefix(most)))
    }

    @Sendable private static func studyNames(
        _ words: [String], _ index: Int, _ prefix: String
    ) -> [String] {
        guard value(of: "--store", in: words) == nil, EnvironmentFlag.store.value.isEmpty,
            let names = try? store(of: words)?.studyNames()
        else { return [] }
        return [Store.last] + shown(Array(names.suffix(most)))
    }

    /// Names that stay on one line.
    private static func shown(_ names: [String]) -> [String] {
        names.filter { name in !name.contains(where: \.isNewline) }
    }

    private static func store(of words: [String]) -> Store? {
        let folder = value(of: "--runs", in: words) ?? EnvironmentFlag.runs.value
        return try? RunsOptions.store(in: folder, for: .reading)
    }

    /// The value of an option of the line that is being completed.
    private static func value(of option: String, in words: [String]) -> String? {
        for (word, next) in zip(words, words.dropFirst() + [""]) {
            if word == option { return next }
            if word.hasPrefix(option + "=") { return String(word.dropFirst(option.count + 1)) }
        }
        return nil
    }
}
