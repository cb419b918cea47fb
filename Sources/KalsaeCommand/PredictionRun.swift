import KalsaeData
import KalsaeFiles
import KalsaeSupport
import KalsaeTraining

/// The predictions for the rows of files, part by part in bounded memory, as CSV or as one JSON object.
struct PredictionRun {
    let predictor: Predictor
    /// Paths of tables, `-` for standard input, or of images.
    let files: [String]
    /// Columns that are written in front of the predictions.
    let keep: [String]
    /// What columns add to predictions; nil where that is not asked for.
    let contributions: ColumnContributions?
    /// Half of the width of the interval around a predicted number; nil for none.
    let width: Double?
    /// How tables are read.
    let reading: CSVOptions
    /// Whether what cannot be read is missing.
    let isLenient: Bool
    let isJSON: Bool
    private let cuts: CutPredictions
    /// What is predicted at once: a file's rows, or some images.
    private let inputs: [PredictionInput]

    /// Predicts the rows of files.
    init(
        predictor: Predictor, files: [String], keep: [String],
        contributions: ColumnContributions?, width: Double?, reading: CSVOptions, isLenient: Bool,
        isJSON: Bool
    ) throws(KalsaeError) {
        self.contributions = contributions
        (self.predictor, self.files, self.keep) = (predictor, files, keep)
        (self.width, self.reading) = (width, reading)
        (self.isLenient, self.isJSON) = (isLenient, isJSON)
        cuts = CutPredictions(
            predictor.range, center: predictor.metadata.scale?.mean ?? 0)
        inputs =
            predictor.metadata.encoder == nil
            ? try PredictionInput.images(files) : files.map { .file($0) }
    }

    /// Rows with their predictions.
    private struct Part {
        /// The file of each row.
        var files: [String]
        var kept: [[String]]
        var predictions: Predictor.Predictions
        /// None where they are not asked for.
        var contributions: [ColumnContributions.Row] = []
    }

    private var classNames: [String] { predictor.metadata.classNames }

    /// Predicts all files and hands on what is to be written, in order.
    func write(_ body: ([UInt8]) throws -> Void) throws {
        defer { cuts.tell() }
        if isJSON { return try writeJSON(body) }
        var header: [String]?
        for input in inputs {
            try eachPart(of: input) { part, names in
                var writer = CSVWriter()
                if header == nil {
                    header = names
                    let first = namesFiles ? ["file"] : []
                    let borders = width == nil ? [] : ["low", "high"]
                    let columns = contributions.map { ["base"] + $0.names.map { "by \($0)" } }
                    writer.append(
                        first + names + ["prediction"] + borders + classNames + (columns ?? []))
                }
                append(part, to: &writer)
                try body(writer.bytes)
            }
        }
    }

    /// Reads a file in parts and predicts each; `body` gets it with the names of the kept columns.
    private func eachPart(
        of input: PredictionInput, _ body: (Part, [String]) throws -> Void
    ) throws {
        guard let encoder = predictor.metadata.encoder, case .file(let file) = input else {
            guard keep.isEmpty else {
                throw KalsaeError("--keep", expected: "a table", got: "images in \(input.name)")
            }
            return try body(try imagePart(input), [])
        }
        var progress = RowProgress("contributions of \(input.name)")
        defer { progress.end() }
        let rows = try EncodedRows(
            path: file, encoder: encoder, reading: reading, isLenient: isLenient)
        try rows.eachPart { table in
            let columns = try keep.map { name in
                try Source.check(name, in: table)
                return try table.position(of: name)
            }
            let features = try rows.features(of: table)
            let predictions = try predictor.predict(part: features)
            cuts.count(predictions)
            let kept = (0..<table.rowCount).map { row in
                columns.map { table.csv.text(row: row, column: $0) }
            }
            let added = try contributions?(of: features) { progress.add() } ?? []
            // What is written may go to the same terminal.
            progress.end()
            let part = Part(
                files: Array(repeating: file, count: namesFiles ? kept.count : 0), kept: kept,
                predictions: predictions, contributions: added)
            try body(part, columns.map { table.columns[$0].name })
        }
    }

    /// The predictions of a model of images.
    private func imagePart(_ input: PredictionInput) throws -> Part {
        let predictions: Predictor.Predictions
        var files: [String]
        switch input {
        case .images(let paths):
            predictions = try predictor.predict(images: paths)
            files = paths
        case .file(let path):
            predictions = try predictor.predict(file: path)
            files = Array(repeating: path, count: predictions.count)
        }
        let none = Array(repeating: [String](), count: predictions.count)
        return Part(files: files, kept: none, predictions: predictions)
    }

    /// Whether each row tells its file.
    private var namesFiles: Bool { inputs.namesFiles }

    private func append(_ part: Part, to writer: inout CSVWriter) {
        func first(_ row: Int) -> [String] { namesFiles ? [part.files[row]] : [] }
        func last(_ row: Int) -> [String] {
            guard part.contributions.indices.contains(row) else { return [] }
            let own = part.contributions[row]
            return ([own.base] + own.columns).map { "\($0)" }
        }
        switch part.predictions {
        case .classes(let classes, let probabilities):
            for (row, kept) in part.kept.enumerated() {
                let shares = probabilities[row].map { "\($0)" }
                writer.append(first(row) + kept + [classNames[classes[row]]] + shares + last(row))
            }
        case .values(let values):
            for (row, kept) in part.kept.enumerated() {
                let value = values[row]
                let borders = interval(around: value).map { ["\($0.low)", "\($0.high)"] } ?? []
                writer.append(first(row) + kept + ["\(value)"] + borders + last(row))
            }
        }
    }

    /// The interval around a predicted number; of counts and amounts it begins at 0 or above.
    private func interval(around value: Double) -> (low: Double, high: Double)? {
        guard let width else { return nil }
        let least = predictor.metadata.scale?.loss.isPositive == true ? 0 : -Double.infinity
        return (max(value - width, least), value + width)
    }

    /// Writes one object of lists, which grow beside each other in bounded memory; nothing is written
    /// where a file turns out bad.
    private func writeJSON(_ body: ([UInt8]) throws -> Void) throws {
        let isOfClasses = !classNames.isEmpty
        let (predictions, probabilities) = (JSONList(), JSONList())
        let (low, high) = (JSONList(), JSONList())
        let base = JSONList()
        let columns = (contributions?.names ?? []).map { (name: $0, numbers: JSONList()) }
        var kept: [(name: String, cells: JSONList)] = []
        var counts: [JSONValue] = []
        for input in inputs {
            let before = predictions.count
            try eachPart(of: input) { part, names in
                if kept.isEmpty { kept = names.map { ($0, JSONList()) } }
                for row in part.contributions {
                    try base.append(.number(row.base))
                    for (number, column) in zip(row.columns, columns) {
                        try column.numbers.append(.number(number))
                    }
                }
                for cells in part.kept {
                    for (cell, column) in zip(cells, kept) {
                        try column.cells.append(.string(cell))
                    }
                }
                switch part.predictions {
                case .classes(let classes, let rows):
                    for one in classes { try predictions.append(.string(classNames[one])) }
                    for row in rows { try probabilities.append(.array(row.map { .float($0) })) }
                case .values(let values):
                    for value in values {
                        try predictions.append(.number(value))
                        guard let own = interval(around: value) else { continue }
                        try low.append(.number(own.low))
                        try high.append(.number(own.high))
                    }
                }
            }
            counts += input.counts(rows: predictions.count - before)
        }
        func write(_ text: String) throws { try body(Array(text.utf8)) }
        try write("{\"predictions\":")
        try predictions.write(body)
        if isOfClasses {
            let names = JSONValue.array(classNames.map { .string($0) })
            try write(",\"classes\":\(names.text),\"probabilities\":")
            try probabilities.write(body)
        }
        if width != nil {
            try write(",\"low\":")
            try low.write(body)
            try write(",\"high\":")
            try high.write(body)
        }
        if !columns.isEmpty {
            try write(",\"base\":")
            try base.write(body)
            try write(",\"contributions\":{")
        }
        for (index, column) in columns.enumerated() {
            try write("\(index == 0 ? "" : ",")\(JSONValue.string(column.name).text):")
            try column.numbers.write(body)
        }
        if !columns.isEmpty { try write("}") }
        for (index, column) in kept.enumerated() {
            try write(index == 0 ? ",\"kept\":{" : ",")
            try write("\(JSONValue.string(column.name).text):")
            try column.cells.write(body)
        }
        if !kept.isEmpty { try write("}") }
        if namesFiles { try write(",\"files\":\(JSONValue.array(counts).text)") }
        try write("}\n")
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
