import Kalsae
import KalsaeFiles
import KalsaeLessons
import KalsaeSupport

/// A network with what is known of its inputs and outputs.
struct KnownModel {
    let path: String
    let model: Sequential
    /// Nil for a network that no table or set of images belongs to.
    let metadata: ModelMetadata?

    private var inputShape: Shape { model.inputShape ?? [] }

    /// The names of the inputs; none of images.
    var inputNames: [String] { metadata?.encoder?.inputNames ?? [] }

    /// The loss that such a network is trained with.
    var loss: Loss {
        guard let metadata else { return .halfSquaredError }
        guard metadata.classNames.isEmpty else { return .softmaxCrossEntropy }
        return metadata.scale?.loss.ofTensors ?? .meanSquaredError
    }

    /// The columns that are read, as the table has them.
    private var columns: [(name: String, column: Int)] {
        var told: Set<Int> = []
        let features = metadata?.encoder?.features ?? []
        return features.sorted { $0.column < $1.column }.filter { told.insert($0.column).inserted }
            .map { ($0.name, $0.column) }
    }

    /// How a row is given.
    var advice: String {
        guard metadata?.encoder != nil else {
            return inputShape.rank == 1
                ? "--row with \(inputShape.elementCount.counting("number"))"
                : "--data with a set, an image or an NPZ file, and --at-row 1"
        }
        let names = columns.prefix(8).map(\.name).joined(separator: ",")
        return "--row \(names)\(columns.count > 8 ? ",…" : "") with cells for names, or --data FILE"
    }

    /// The numbers of a row that is written out.
    func input(cells: String) throws -> [Double] {
        guard let encoder = metadata?.encoder else {
            let parts = cells.split(separator: ",", omittingEmptySubsequences: false)
            let numbers = parts.compactMap { Double($0.filter { !$0.isWhitespace }) }
            guard numbers.count == parts.count, numbers.count == inputShape.elementCount else {
                throw KalsaeError(
                    "--row", expected: inputShape.elementCount.counting("number"),
                    got: numbers.count == parts.count
                        ? "\(parts.count)" : "\"\(cells.prefix(60))\"")
            }
            return numbers
        }
        let columns = columns
        var options = CSVOptions()
        (options.separator, options.header) = (try CSVSeparator(named: "comma"), .absent)
        let given = try CSV(Array((cells + "\n").utf8), subject: "--row", options: options)
        guard given.rowCount == 1, given.columnCount == columns.count else {
            let names = columns.map(\.name).joined(separator: ", ")
            throw KalsaeError(
                "--row", expected: "\(columns.count.counting("cell")) (\(names))",
                got: "\(given.columnCount)")
        }
        var writer = CSVWriter()
        var row = (0..<columns.count).map { given.text(row: 0, column: $0) }
        if encoder.hasHeader {
            writer.append(columns.map(\.name))
        } else {
            // Columns go by position; those that are not read may hold anything.
            let known = row
            row = [String](repeating: "0", count: encoder.columnCount)
            for (cell, column) in zip(known, columns) { row[column.column] = cell }
        }
        writer.append(row)
        options.header = encoder.hasHeader ? .present : .absent
        let table = Table(try CSV(writer.bytes, subject: "--row", options: options))
        return try encoder.features(of: table).map { Double($0) }
    }

    /// The row of a file or set, with its target where it has one.
    func example(
        row: Int, of source: String
    ) throws -> (input: [Double], target: ModelQuestion.Target?) {
        if let set = NamedSet(rawValue: source) {
            let rows = try metadata?.heldOutRows(of: set, path: path) ?? set.load(seed: 0).test
            return try example(row, of: rows, source)
        }
        if ImageFile.isNamed(source), FileIdentity.isRegular(source) {
            let sizes = inputShape.sizes
            guard sizes.count == 3 else { throw refusal(source, "an image") }
            let layout = ImageLayout(width: sizes[1], height: sizes[0], channels: sizes[2])
            let rows = try ImageRows(ImageSource.read([source]), layout: layout, workers: 1)
            try check(row, count: 1, source)
            return (try rows.bytes(of: 0..<1).map { Double($0) / 255 }, nil)
        }
        if let set = FileSet(path: source) {
            let data = try set.measured(
                shape: inputShape.sizes, classNames: metadata?.classNames ?? [],
                scale: metadata?.scale)
            return try example(row, of: data, source)
        }
        guard let encoder = metadata?.encoder else { throw refusal(source, "a table") }
        let table = try encoder.readTable(path: Source.path(ofTable: source))
        try check(row, count: table.rowCount, source)
        let input = try encoder.features(of: table, rows: [row]).map { Double($0) }
        // A table to predict has no target.
        let target = (try? encoder.targets(of: table, rows: [row])).flatMap { Self.target($0) }
        return (input, target)
    }

    private func example(
        _ row: Int, of data: LabeledData, _ source: String
    ) throws -> (input: [Double], target: ModelQuestion.Target?) {
        guard Shape(data.featureShape) == inputShape else {
            throw refusal(source, "inputs \(Shape(data.featureShape))")
        }
        try check(row, count: data.count, source)
        let one = try data.rows([row])
        let input: [Double]
        switch one.features {
        case .floats(let values): input = values.map { Double($0) }
        case .bytes(let bytes): input = bytes.map { Double($0) / 255 }
        case .images(let rows): input = try rows.bytes(of: 0..<1).map { Double($0) / 255 }
        }
        return (input, Self.target(one.targets))
    }

    private static func target(_ targets: LabeledData.Targets) -> ModelQuestion.Target? {
        switch targets {
        case .classes(let classes, _): classes.first.map { .label(Int($0)) }
        case .values(let values, _): values.first.map { .values([Double($0)]) }
        }
    }

    private func check(_ row: Int, count: Int, _ source: String) throws(KalsaeError) {
        guard row < count else {
            throw KalsaeError(
                "--at-row", expected: "a row from 1 to \(count) of \(source)", got: "\(row + 1)")
        }
    }

    private func refusal(_ source: String, _ got: String) -> KalsaeError {
        KalsaeError(
            source, expected: "data of inputs \(inputShape), as \(path) takes", got: got)
    }

    /// The target of an option.
    func target(_ text: String, _ loss: Loss) throws(KalsaeError) -> ModelQuestion.Target {
        let names = metadata?.classNames ?? []
        if !names.isEmpty {
            guard let label = names.firstIndex(of: text) else {
                throw KalsaeError(
                    "--label", expected: "one of \(names.prefix(12).joined(separator: ", "))",
                    got: text, advice: SpellingSuggestion.advice(text, in: names))
            }
            return .label(label)
        }
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { Double($0.filter { !$0.isWhitespace }) }
        guard numbers.count == parts.count, numbers.allSatisfy(\.isFinite) else {
            throw KalsaeError("--label", expected: "a number, or one for each output", got: text)
        }
        let outputs = model.outputShape?.elementCount ?? 0
        if numbers.count == 1, outputs > 1, let label = Int(exactly: numbers[0]) {
            return .label(label)
        }
        return .values(numbers.map { metadata?.scale?.apply($0) ?? $0 })
    }

    /// The class that is predicted.
    func predicted(_ input: [Double]) throws -> Int {
        let x = Tensor(input.map { Float($0) }, shape: Shape([1] + inputShape.sizes))
        let outputs = try model(x).values(Float.self)
        return outputs.indices.max { outputs[$0] < outputs[$1] } ?? 0
    }
}
