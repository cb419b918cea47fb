import ArgumentParser
import KalsaeData
import KalsaeFiles
import KalsaeSupport
import KalsaeTraining

/// What a model of text is to write.
struct PromptOptions: ParsableArguments {
    @Option(help: "The text behind which a model of text writes on.")
    var prompt: String?

    @Option(help: "How many tokens are written; 200 by default.")
    var length: Int?

    @Option(
        help: """
            Below 1 the likely becomes likelier, above 1 all becomes alike; 0 takes the likeliest always; \
            1 by default.
            """)
    var temperature: Double?

    @Option(help: "How many of the likeliest tokens the next one is drawn from; without it, all.")
    var topK: Int?

    @Option(
        help: """
            The probability, as .9, that the likeliest tokens reach from which the next one is drawn; \
            without it, all.
            """)
    var topP: Double?

    @Option(help: "The seed of what is written: equal seeds give equal text; 0 by default.")
    var seed: Int?

    /// The most tokens that are written at once.
    private static let most = 10_000_000

    /// Throws where one is given without a prompt, and for numbers that make no sense.
    func check() throws(KalsaeError) {
        let given = [
            ("--length", length != nil), ("--temperature", temperature != nil),
            ("--top-k", topK != nil), ("--top-p", topP != nil), ("--seed", seed != nil),
        ]
        if prompt == nil, let (name, _) = given.first(where: { $0.1 }) {
            throw KalsaeError(name, expected: "--prompt to go with", got: "none")
        }
        if let length, !(0...Self.most).contains(length) {
            throw KalsaeError(
                "--length", expected: "a whole number from 0 to \(Self.most)", got: "\(length)")
        }
        try TokenSampling(temperature: temperature ?? 1, topK: topK, topP: topP)
            .check { ["topK": "--top-k", "topP": "--top-p"][$0] ?? "--\($0)" }
    }

    /// What a model writes behind the prompt, which `onText` is given piece by piece.
    func text(
        of model: TextModel, onText: (String) throws -> Void = { _ in }
    ) throws -> String {
        try model.text(
            after: prompt ?? "", count: length ?? 200, temperature: temperature ?? 1, topK: topK,
            topP: topP, seed: seed ?? 0, onText: onText)
    }
}
