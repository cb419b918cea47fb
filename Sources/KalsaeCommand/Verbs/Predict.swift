import ArgumentParser
import KalsaeFiles
import KalsaeSupport
import KalsaeTraining

struct Predict: ParsableCommand, ComputingCommand {
    static let configuration = CommandConfiguration(
        abstract: "Predict the rows of CSV files, or images.",
        discussion: """
            Writes CSV, a row for each row in the same order: its prediction, and the probability of \
            each class under the class's name. Several files follow one another, with their names \
            in front.

            Examples:
              kalsae predict titanic.safetensors passengers.csv > predictions.csv
              kalsae predict titanic.safetensors passengers.csv --keep name ticket
              kalsae predict houses.safetensors offers.csv --interval .9
              kalsae predict fraud.safetensors payments.csv --threshold best
              kalsae predict flowers.safetensors new/ rose.jpg
              zcat log.csv.gz | kalsae predict valves.safetensors -
            """)

    @Argument(help: "A model file that `kalsae train` wrote.")
    var model: String

    @Argument(
        help: """
            CSV files with the model's columns, - for standard input; for a model of images PNG or JPEG \
            files, folders of them, IDX, NPY or NPZ files.
            """)
    var data: [String]

    @OptionGroup(title: "How files are read") var reading: ReadingOptions

    @Option(
        parsing: .upToNextOption,
        help: "Columns to write in front of the prediction, by name or number; given at the end.")
    var keep: [String] = []

    @Option(
        help: "The share of rows, as .9, that an interval around a predicted number is to hold.")
    var interval: Double?

    @Option(help: ThresholdChoice.help)
    var threshold: ThresholdChoice?

    @Option(help: "Where the predictions go; without it, to standard output.")
    var output: String?

    @Flag(help: "Replace the output's file, whatever it holds.")
    var overwrite = false

    @OptionGroup var common: CommonOptions

    func run() throws {
        try common.apply()
        let predictor = try ModelArgument.open(
            model, verb: "predict", others: data, threshold: threshold)
        let run = try PredictionRun(
            predictor: predictor, files: data.map { Source.path(ofTable: $0) }, keep: keep,
            width: try interval.map { try predictor.halfWidth($0) }, reading: try reading.csv(),
            isJSON: common.json)
        guard let output else { return try run.write { try Console.write($0) } }
        var read = ReadFiles()
        read.add("the model", model)
        for path in run.files { read.add("the table", path) }
        try PredictionFile.check(output, reads: read, overwrite: overwrite)
        var other: (any Error)?
        do {
            try AtomicFile.write(to: output) { writer throws(KalsaeError) in
                do {
                    try run.write { try writer.write($0) }
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
