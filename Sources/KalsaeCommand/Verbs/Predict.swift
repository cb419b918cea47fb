import ArgumentParser
import KalsaeData
import KalsaeFiles
import KalsaeSupport
import KalsaeTraining

struct Predict: ParsableCommand, ComputingCommand {
    static let configuration = CommandConfiguration(
        abstract: "Predict the rows of CSV files, or images, or write text.",
        discussion: """
            Writes CSV, a row for each row in the same order: its prediction, and the probability of \
            each class under the class's name. Several files follow one another, with their names \
            in front. A model of text writes the prompt and what follows it.

            Examples:
              kalsae predict titanic.safetensors passengers.csv > predictions.csv
              kalsae predict titanic.safetensors passengers.csv --keep name ticket
              kalsae predict houses.safetensors offers.csv --interval .9
              kalsae predict houses.safetensors offers.csv --contributions
              kalsae predict fraud.safetensors payments.csv --threshold best
              kalsae predict houses.safetensors scraped.csv --lenient
              kalsae predict flowers.safetensors new/ rose.jpg
              zcat log.csv.gz | kalsae predict valves.safetensors -
              kalsae predict plays.safetensors --prompt "ROMEO:" --temperature .8
            """)

    @Argument(help: "A model file that `kalsae train` wrote.", completion: NameCompletion.models)
    var model: String

    @Argument(
        help: """
            CSV files with the model's columns, - for standard input; for a model of images PNG or JPEG \
            files, folders of them, IDX, NPY or NPZ files.
            """, completion: .file())
    var data: [String] = []

    @OptionGroup(title: "What a model of text writes") var prompt: PromptOptions

    @OptionGroup(title: "How files are read") var reading: ReadingOptions

    @OptionGroup var gaps: LenientOption

    @Option(
        parsing: .upToNextOption,
        help: "Columns to write in front of the prediction, by name or number; given at the end.")
    var keep: [String] = []

    @Option(
        help: "The share of rows, as .9, that an interval around a predicted number is to hold.")
    var interval: Double?

    @Flag(
        help: """
            Write what each column adds to a prediction, behind the mean that it is counted from, base: \
            in the target's units, or in the probability of the predicted class.
            """)
    var contributions = false

    @Option(
        help: """
            The CSV file whose rows contributions are counted from; without it the first that is \
            predicted.
            """, completion: .file())
    var background: String?

    @Option(help: ThresholdChoice.help)
    var threshold: ThresholdChoice?

    @Option(help: "Where the predictions go; without it, to standard output.", completion: .file())
    var output: String?

    @Flag(help: "Replace the output's file if it is there.")
    var overwrite = false

    @OptionGroup var common: CommonOptions

    func run() throws {
        try common.apply()
        try prompt.check()
        guard prompt.prompt == nil else { return try write() }
        guard !data.isEmpty else { throw try noData() }
        if let name = data.first(where: Self.isSet) {
            throw KalsaeError(
                name, expected: "files to predict", got: "the name of a set",
                advice: "to measure a model on it: kalsae evaluate \(model) \(name)")
        }
        let predictor = try ModelArgument.open(
            model, verb: "predict", others: data, threshold: threshold)
        try gaps.check(predictor, model)
        let run = try PredictionRun(
            predictor: predictor, files: data.map { Source.path(ofTable: $0) }, keep: keep,
            contributions: try columns(predictor),
            width: try interval.map { try predictor.halfWidth($0) }, reading: try reading.csv(),
            isLenient: gaps.lenient, isJSON: common.json)
        try put(reads: run.files, run.write)
    }

    /// What `--contributions` asks for.
    private func columns(_ predictor: Predictor) throws -> ColumnContributions? {
        guard contributions else {
            guard background == nil else {
                throw KalsaeError(
                    "--background", expected: "--contributions to go with", got: "none")
            }
            return nil
        }
        let path = Source.path(ofTable: background ?? data[0])
        guard path != "-" else {
            throw KalsaeError(
                "--contributions", expected: "a file whose rows they are counted from",
                got: "standard input", advice: "name one with --background FILE")
        }
        return try predictor.contributions(
            background: path, reading: try reading.csv(), isLenient: gaps.lenient)
    }

    /// Whether a word is the name of a set, and of no file here.
    private static func isSet(_ name: String) -> Bool {
        NamedSet(rawValue: name) != nil && !DataFolders.isReadable(name)
    }

    /// Writes text behind the prompt.
    private func write() throws {
        guard data.isEmpty, keep.isEmpty, interval == nil, threshold == nil, !gaps.lenient,
            !contributions, background == nil
        else {
            throw KalsaeError(
                "--prompt", expected: "a model of text alone",
                got: data.first ?? "options of tables", advice: "leave it out")
        }
        try ModelArgument.check(model, verb: "predict")
        let text = try TextModel(path: model)
        let start = prompt.prompt ?? ""
        try put(reads: []) { write in
            if common.json {
                let written = try prompt.text(of: text)
                let object: JSONValue = ["prompt": .string(start), "text": .string(written)]
                return try write(Array(object.text.utf8) + [10])
            }
            var head = start
            _ = try prompt.text(of: text) { piece in
                try write(Array((head + piece).utf8))
                head = ""
            }
            try write(Array(head.utf8) + [10])
        }
    }

    /// What is missing where no data are given.
    private func noData() throws -> KalsaeError {
        try ModelArgument.check(model, verb: "predict")
        let isText = TextModel.isText(try ModelFile(path: model).metadata)
        return KalsaeError(
            "predict", expected: isText ? "--prompt with a text" : "files to predict", got: "none",
            advice: "see `kalsae predict --help`")
    }

    /// Writes to the output, whole or not at all.
    private func put(reads files: [String], _ body: (([UInt8]) throws -> Void) throws -> Void)
        throws
    {
        guard let output else { return try body { try Console.write($0) } }
        var read = ReadFiles()
        read.add("the model", model)
        read.add("the background", background)
        for path in files { read.add("the table", path) }
        try read.check(output)
        try FileIdentity.checkNew(output, overwrite: overwrite)
        var other: (any Error)?
        do {
            try AtomicFile.write(to: output) { writer throws(KalsaeError) in
                do {
                    try body { try writer.write($0) }
                } catch let error as KalsaeError {
                    throw error
                } catch {
                    other = error
                    throw KalsaeError(output, expected: "predictions", got: "\(error)")
                }
            }
        } catch {
            throw other ?? error
        }
    }
}
