import KalsaePlots
import KalsaeSupport
import Synchronization

/// How a lesson is carried out: its language, changed knobs, and whether it is cut short.
public struct LessonSettings: Sendable {
    /// The language of titles, tables and figures.
    public var language: LessonLanguage
    /// The knobs that are not the lectures'.
    public var knobs: [String: Double]
    /// Whether a long lesson is cut short: one seed, few steps, the same code.
    public var isShort: Bool
    /// Is told of parts that are done: how many of how many.
    public var progress: @Sendable (Int, Int) -> Void

    /// Makes settings; the lectures' by default.
    public init(
        language: LessonLanguage = .english, knobs: [String: Double] = [:], isShort: Bool = false,
        progress: @escaping @Sendable (Int, Int) -> Void = { _, _ in }
    ) {
        self.language = language
        self.knobs = knobs
        self.isShort = isShort
        self.progress = progress
    }
}

/// What a lesson's program asks while it runs.
struct LessonContext: Sendable {
    let settings: LessonSettings
    private let values: [String: Double]
    /// Whether every knob has the lectures' number.
    let isStandard: Bool
    private let cut = CutMark()

    /// Throws for a knob that the lesson does not have, and for a value out of its range.
    init(_ settings: LessonSettings, knobs: [LessonKnob]) throws(KalsaeError) {
        var values: [String: Double] = [:]
        for knob in knobs { values[knob.name] = knob.standard }
        for (name, value) in settings.knobs.sorted(by: { $0.key < $1.key }) {
            guard let knob = knobs.first(where: { $0.name == name }) else {
                let names = knobs.map(\.name).joined(separator: ", ")
                throw KalsaeError(
                    "--set", expected: knobs.isEmpty ? "no knob" : "one of \(names)",
                    got: "\"\(name)\"")
            }
            try knob.check(value)
            values[name] = value
        }
        self.settings = settings
        self.values = values
        isStandard = knobs.allSatisfy { values[$0.name] == $0.standard }
    }

    /// The settings of the lectures.
    init() {
        settings = LessonSettings()
        values = [:]
        isStandard = true
    }

    /// Whether the lesson is to be cut short, asked by those that can be.
    var isShort: Bool {
        if settings.isShort { cut.isSet.store(true, ordering: .relaxed) }
        return settings.isShort
    }

    /// Whether it was: others have no shorter form.
    var wasCutShort: Bool { cut.isSet.load(ordering: .relaxed) }

    var language: LessonLanguage { settings.language }

    /// The number of a knob; NaN for one that the lesson does not list.
    func callAsFunction(_ knob: String) -> Double { values[knob] ?? .nan }

    /// A whole number; 0 for a knob that the lesson does not list.
    func whole(_ knob: String) -> Int { values[knob].map { Int($0) } ?? 0 }

    /// One of two texts, by the language.
    func say(_ english: String, _ korean: String) -> String { language(english, korean) }

    /// A computational graph whose legend speaks the lesson's language.
    func diagram(_ nodes: [GraphNode], _ arcs: [GraphArc]) -> GraphDiagram {
        GraphDiagram(
            nodes: nodes, arcs: arcs, forwardName: say("forward", "순전파"),
            backwardName: say("backward", "역전파"))
    }

    /// Tells that some parts are done.
    func progress(_ done: Int, of total: Int) { settings.progress(done, total) }
}

/// Whether a lesson asked for its short form and got it.
private final class CutMark: Sendable {
    let isSet = Atomic(false)
}
