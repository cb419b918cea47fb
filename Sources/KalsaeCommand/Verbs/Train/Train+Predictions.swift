import KalsaeData
import KalsaeFiles
import KalsaeSupport
import KalsaeTraining

extension Train {
    /// Throws where `--predictions` cannot be written.
    func checkPredictions(_ source: Source, model: String) throws(KalsaeError) {
        guard let path = splitting.predictions else { return }
        guard path != "-" else {
            throw KalsaeError(
                "--predictions", expected: "a file", got: "-, which is where the report goes")
        }
        guard source.table != nil else {
            throw KalsaeError(
                "--predictions", expected: "a CSV file that fits into memory to go with", got: data)
        }
        guard recording.resume == nil else {
            throw KalsaeError(
                "--predictions", expected: "a training from its beginning",
                got: "--resume \(recording.resume ?? "")")
        }
        var files = source.files
        files.add("the model", model)
        files.add("the configuration", Arguments.file)
        try files.check(path, option: "--predictions")
        try FileIdentity.checkNew(path, overwrite: overwrite, as: "--predictions")
    }

    /// Writes what was predicted for rows that were held out: a line for each, in the order of the table.
    func writePredictions(_ source: Source, _ held: [HeldOutRows]) throws {
        guard let path = splitting.predictions, let table = source.table else { return }
        let names = source.parts.train.targets.classNames
        let target = source.parts.encoder?.target.name ?? "target"
        var lines: [(isOfTable: Bool, row: Int, cells: [String])] = []
        for part in held {
            for index in part.rows.indices {
                let isOfTable = part.areOfTable[index]
                let row = part.rows[index]
                let number = (isOfTable ? table.fileRow(of: row) : row) + 1
                // Numbers as they stand there, not as float32 has them.
                let truth =
                    names.isEmpty && isOfTable ? table.targetText(of: row) : part.truth(index)
                lines.append(
                    (
                        isOfTable, row,
                        ["\(number)", part.parts[index], truth, part.prediction(index)]
                            + part.probabilities(index).map { "\(Float($0))" }
                    ))
            }
        }
        var writer = CSVWriter()
        // A target of one of these names stays beside it.
        let own = ["row", "part", "prediction"]
        let truth = own.contains(target) ? "\(target) (target)" : target
        writer.append(["row", "part", truth, "prediction"] + names)
        let sorted = lines.sorted {
            ($0.isOfTable ? 0 : 1, $0.row) < ($1.isOfTable ? 0 : 1, $1.row)
        }
        for line in sorted { writer.append(line.cells) }
        try AtomicFile.write(writer.bytes, to: path)
        Notice.say("predictions of \(lines.count.counting("row")) that were held out: \(path)")
    }
}
