import ArgumentParser
import KalsaeFiles
import KalsaeSupport
import KalsaeTraining

struct Predict: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Predict the rows of a CSV file, or the images of an IDX file.",
        discussion: """
            Writes CSV: the prediction of each row, and the probability of each class under its
            name, or the borders `low` and `high` of an interval around a number.

            Examples:
              kalsae predict titanic.safetensors passengers.csv > predictions.csv
              kalsae predict houses.safetensors offers.csv --interval .9
            """)

    @Argument(help: "A model file that `kalsae train` wrote.")
    var model: String

    @Argument(help: "A CSV file with the model's columns, or an IDX file of images.")
    var data: String

    @Option(
        help: "The share of rows, as .9, that an interval around a predicted number is to hold.")
    var interval: Double?

    @Option(help: "Where the predictions go; without it, to standard output.")
    var output: String?

    @OptionGroup var common: CommonOptions

    func run() throws {
        try common.apply()
        let predictor = try Predictor(path: model)
        let width = try interval.map { try predictor.halfWidth($0) }
        let predictions = try predictor.predict(file: data)
        let text: String
        if common.json {
            text = json(predictions, predictor, width).text + "\n"
        } else {
            text = csv(predictions, predictor, width)
        }
        if let output {
            try AtomicFile.write(Array(text.utf8), to: output)
        } else {
            try Console.write(text)
        }
    }

    /// - Parameter width: half of an interval's.
    private func csv(
        _ predictions: Predictor.Predictions, _ predictor: Predictor, _ width: Double?
    ) -> String {
        var writer = CSVWriter()
        switch predictions {
        case .classes(let classes, let probabilities):
            let names = predictor.metadata.classNames
            writer.append(["prediction"] + names)
            for (index, row) in zip(classes, probabilities) {
                writer.append([names[index]] + row.map { "\($0)" })
            }
        case .values(let values):
            writer.append(["prediction"] + (width == nil ? [] : ["low", "high"]))
            for value in values {
                let borders = width.map { ["\(value - $0)", "\(value + $0)"] }
                writer.append(["\(value)"] + (borders ?? []))
            }
        }
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private func json(
        _ predictions: Predictor.Predictions, _ predictor: Predictor, _ width: Double?
    ) -> JSONValue {
        switch predictions {
        case .classes(let classes, let probabilities):
            let names = predictor.metadata.classNames
            let rows = probabilities.map { JSONValue.array($0.map { JSONValue.float($0) }) }
            return [
                "predictions": .array(classes.map { .string(names[$0]) }),
                "classes": .array(names.map { .string($0) }), "probabilities": .array(rows),
            ]
        case .values(let values):
            var members = [JSONValue.Member("predictions", .array(values.map { .number($0) }))]
            if let width {
                members.append(JSONValue.Member("low", .array(values.map { .number($0 - width) })))
                members.append(JSONValue.Member("high", .array(values.map { .number($0 + width) })))
            }
            return .object(members)
        }
    }
}
