import ArgumentParser
import Kalsae
import KalsaeFiles
import KalsaeLessons
import KalsaeSupport

/// The input and the target that a network is explained at.
struct ExplainedInput: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            One row: the cells of the model's columns in the order of its table, or the numbers of an \
            input, with commas between.
            """, valueName: "cells"))
    var row: String?

    @Option(
        help: """
            Data that the row is taken from: a CSV file with the model's columns, a named set (rows that \
            took no part in training), an image, a folder of images or an NPZ file.
            """, completion: .file())
    var data: String?

    @Option(help: "Which row of --data, from 1.")
    var atRow: Int?

    @Option(
        help: """
            What is right: a class, or a number for each output with commas between. Without it the \
            row's own, else the class that is predicted; numbers are then explained without a loss.
            """)
    var label: String?

    @Option(
        help: """
            The loss; without it softmaxCrossEntropy for classes, meanSquaredError for the column of a \
            table, else halfSquaredError.
            """)
    var loss: Loss?

    /// Whether any of them is given.
    var isGiven: Bool {
        row != nil || data != nil || atRow != nil || label != nil || loss != nil
    }

    /// The network of a file, and what is asked of it.
    func question(of path: String) throws -> (model: Sequential, question: ModelQuestion) {
        try ModelArgument.check(path, verb: "explain")
        let file = try ModelFile(path: path)
        guard !TextModel.isText(file.metadata) else {
            throw KalsaeError(
                path, expected: "a model of rows or images", got: "one of text",
                advice: "kalsae summary \(path) shows its layers")
        }
        let known = KnownModel(
            path: path, model: file.model,
            metadata: file.metadata["kalsae.data"] == nil
                ? nil : try ModelMetadata(file, path: path))
        let example = try example(of: known)
        var question = ModelQuestion(
            title(path), input: example.input, loss: loss ?? known.loss,
            inputNames: known.inputNames,
            outputNames: known.metadata?.classNames ?? [])
        question.scale = known.metadata?.scale
        question.target = try label.map { try known.target($0, question.loss) } ?? example.target
        if question.target == nil, question.outputNames.count > 1 {
            let best = try known.predicted(example.input)
            question.target = .label(best)
            Notice.say(
                "no --label: explained for the predicted class, \(question.outputNames[best])")
        }
        return (known.model, question)
    }

    private func title(_ path: String) -> String {
        let name = FileIdentity.stem(of: path)
        if let row { return "\(name) at \(row)" }
        return "\(name) at row \(atRow ?? 1) of \(data.map { FileIdentity.stem(of: $0) } ?? "")"
    }

    private func example(
        of known: KnownModel
    ) throws -> (input: [Double], target: ModelQuestion.Target?) {
        switch (row, data) {
        case (let row?, nil):
            guard atRow == nil else {
                throw KalsaeError("--at-row", expected: "--data to go with", got: "--row")
            }
            return (try known.input(cells: row), nil)
        case (nil, let data?):
            guard let number = atRow ?? 1 as Int?, number >= 1 else {
                throw KalsaeError(
                    "--at-row", expected: "a row's number from 1", got: "\(atRow ?? 0)")
            }
            return try known.example(row: number - 1, of: data)
        case (nil, nil):
            throw KalsaeError(
                "explain", expected: "a row to explain \(known.path) at", got: "none",
                advice: "give one: \(known.advice)")
        default:
            throw KalsaeError("explain", expected: "--row or --data", got: "both")
        }
    }
}

extension Loss: ExpressibleByArgument {
    /// The losses' names.
    public static var allValueStrings: [String] { all.map(\.name) }
}
