import KalsaeData
import KalsaeFiles
import KalsaeSupport
import KalsaeTraining

/// The predictions for the rows of files, part by part, as CSV or as one JSON object.
struct PredictionRun {
    let predictor: Predictor
    /// Paths of tables, `-` for standard input, or of images.
    let files: [String]
    /// Columns that are written in front of the predictions.
    let keep: [String]
    /// Half of the width of the interval around a predicted number; nil for none.
    let width: Double?
    /// How tables are read.
    let reading: CSVOptions
    let isJSON: Bool

    /// Rows with their predictions.
    private struct Part {
        var file: String
        var kept: [[String]]
        var predictions: Predictor.Predictions
    }

    private var classNames: [String] { predictor.metadata.classNames }

    /// Predicts all files and hands on what is to be written, in order.
    func write(_ body: ([UInt8]) throws -> Void) throws {
        if isJSON {
            let text = try json().text + "\n"
            return try body(Array(text.utf8))
        }
        var header: [String]?
        for file in files {
            try eachPart(of: file) { part, names in
                var writer = CSVWriter()
                if header == nil {
                    header = names
                    let first = files.count > 1 ? ["file"] : []
                    let borders = width == nil ? [] : ["low", "high"]
                    writer.append(first + names + ["prediction"] + borders + classNames)
                }
                append(part, to: &writer)
                try body(writer.bytes)
            }
        }
    }

    /// Reads a file in parts and predicts each; `body` gets it with the names of the kept columns.
    private func eachPart(
        of file: String, _ body: (Part, [String]) throws -> Void
    ) throws {
        guard let encoder = predictor.metadata.encoder else {
            guard keep.isEmpty else {
                throw KalsaeError("--keep", expected: "a table", got: "images in \(file)")
            }
            let predictions = try predictor.predict(file: file)
            let none = Array(repeating: [String](), count: predictions.count)
            return try body(Part(file: file, kept: none, predictions: predictions), [])
        }
        // Rows are read some at a time, so that a file without an end takes bounded memory.
        var options = reading
        options.header = encoder.hasHeader ? .present : .absent
        let stream = try CSVStream(path: file, options: options)
        var told: Set<String> = []
        while let csv = try stream.next() {
            let table = Table(csv)
            try encoder.checkColumns(of: table)
            let columns = try keep.map { name in
                try Source.check(name, in: table)
                return try table.position(of: name)
            }
            let (numbers, notices) = try Notice.collect { try encoder.features(of: table) }
            // What is new to training in a column is told for the first part that has it.
            for notice in notices {
                let subject = notice.split(separator: ":").prefix(2).joined(separator: ":")
                if told.insert(subject).inserted { Notice.say(notice) }
            }
            let predictions = try predictor.predict(rows: numbers)
            let kept = (0..<table.rowCount).map { row in
                columns.map { table.csv.text(row: row, column: $0) }
            }
            let part = Part(file: file, kept: kept, predictions: predictions)
            try body(part, columns.map { table.columns[$0].name })
        }
    }

    private func append(_ part: Part, to writer: inout CSVWriter) {
        let first = files.count > 1 ? [part.file] : []
        switch part.predictions {
        case .classes(let classes, let probabilities):
            for (row, kept) in part.kept.enumerated() {
                let shares = probabilities[row].map { "\($0)" }
                writer.append(first + kept + [classNames[classes[row]]] + shares)
            }
        case .values(let values):
            for (row, kept) in part.kept.enumerated() {
                let value = values[row]
                let borders = width.map { ["\(value - $0)", "\(value + $0)"] } ?? []
                writer.append(first + kept + ["\(value)"] + borders)
            }
        }
    }

    private func json() throws -> JSONValue {
        var predictions: [JSONValue] = []
        var probabilities: [JSONValue] = []
        var kept: [[JSONValue]] = []
        var names: [String] = []
        var counts: [JSONValue] = []
        for file in files {
            let before = predictions.count
            try eachPart(of: file) { part, columns in
                names = columns
                kept += part.kept.map { $0.map { .string($0) } }
                switch part.predictions {
                case .classes(let classes, let rows):
                    predictions += classes.map { .string(classNames[$0]) }
                    probabilities += rows.map { .array($0.map { .float($0) }) }
                case .values(let values):
                    predictions += values.map { .number($0) }
                }
            }
            let count = JSONValue.integer(predictions.count - before)
            counts.append(["file": .string(file), "rows": count])
        }
        var members = [JSONValue.Member("predictions", .array(predictions))]
        if !classNames.isEmpty {
            members.append(JSONValue.Member("classes", .array(classNames.map { .string($0) })))
            members.append(JSONValue.Member("probabilities", .array(probabilities)))
        }
        if let width {
            let values = predictions.compactMap(\.number)
            members.append(JSONValue.Member("low", .array(values.map { .number($0 - width) })))
            members.append(JSONValue.Member("high", .array(values.map { .number($0 + width) })))
        }
        if !names.isEmpty {
            let columns = names.indices.map { column in
                JSONValue.Member(names[column], .array(kept.map { $0[column] }))
            }
            members.append(JSONValue.Member("kept", .object(columns)))
        }
        if files.count > 1 { members.append(JSONValue.Member("files", .array(counts))) }
        return .object(members)
    }
}

extension Predictor.Predictions {
    /// How many rows were predicted.
    var count: Int {
        switch self {
        case .classes(let classes, _): classes.count
        case .values(let values): values.count
        }
    }
}
