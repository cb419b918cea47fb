import ArgumentParser
import KalsaeData
import KalsaeFiles
import KalsaeSupport

struct DataShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show the first rows of a set, a CSV file or a folder of images.",
        discussion: """
            Examples:
              kalsae data show iris
              kalsae data show titanic.csv --rows 3
            """)

    @Argument(
        help: """
            A named set, the path of a CSV file, of a folder of images by class or of an NPZ file, or - \
            for standard input.
            """, completion: .file())
    var name: String

    @Option(help: "How many rows.")
    var rows = 10

    @OptionGroup(title: "How the file is read") var reading: ReadingOptions

    @Flag(help: "Print one JSON object on one line to standard output.")
    var json = false

    /// The columns that are shown of a wide table, and of a wide cell.
    private static let (mostColumns, mostWidth) = (12, 24)

    func run() throws {
        guard rows >= 0 else {
            throw KalsaeError(
                "--rows", expected: "a whole number of at least 0", got: "\(rows)")
        }
        let set = NamedSet(rawValue: name)
        if let set, set != .iris { return try show(set.load(seed: 0)) }
        if let files = FileSet(path: name) { return try show(files.load(name: name, seed: 0)) }
        let table =
            set == .iris
            ? try Iris.table()
            : try Source.table(
                at: Source.path(ofData: name), options: reading.csv())
        let shown = 0..<min(rows, table.rowCount)
        let names = table.columns.map(\.name)
        let cells = shown.map { row in
            names.indices.map { table.csv.text(row: row, column: $0) }
        }
        if json {
            return try Console.print(
                [
                    "rows": .integer(table.rowCount), "columns": .array(names.map { .string($0) }),
                    "cells": .array(cells.map { .array($0.map { .string($0) }) }),
                ] as JSONValue)
        }
        try Console.print(
            "\(table.subject): \(table.rowCount.counting("row")), \(names.count.counting("column"))"
        )
        var text = TextTable(Self.row(names))
        for row in cells { text.add(Self.row(row)) }
        for line in text.lines { try Console.print(line) }
    }

    private func show(_ parts: DataParts) throws {
        let all = [parts.train, parts.validation, parts.test]
        let data = parts.train
        guard case .classes(let classes, let names) = data.targets else { return }
        let counts = names.indices.map { index in
            all.reduce(0) { sum, part in
                guard case .classes(let classes, _) = part.targets else { return sum }
                return sum + classes.count { Int($0) == index }
            }
        }
        let total = all.reduce(0) { $0 + $1.count }
        if json {
            let members = zip(names, counts).map { JSONValue.Member($0, .integer($1)) }
            return try Console.print(
                [
                    "rows": .integer(total), "classes": .object(members),
                    "shape": .array(data.featureShape.map { .integer($0) }),
                ] as JSONValue)
        }
        let shape = data.featureShape.map(\.description).joined(separator: " x ")
        try Console.print("\(parts.name): \(total.counting("row")) of \(shape) numbers")
        for (name, count) in zip(names, counts) { try Console.print("  \(name): \(count)") }
        guard rows > 0, let first = classes.first, let image = try data.image(at: 0) else { return }
        try Console.print("the first is \(names[Int(first)]):")
        // A terminal's width; characters are twice as high as wide.
        let side = min(image.width, 78)
        let gray = image.converted(channels: 1).fitted(
            width: side, height: max(1, image.height * side / image.width))
        for start in stride(from: 0, to: gray.bytes.count, by: side) {
            let line = gray.bytes[start..<(start + side)].map { Self.shade($0) }
            try Console.print(String(line))
        }
    }

    private static func shade(_ pixel: UInt8) -> Character {
        Array(" .:-=+*#%@")[Int(pixel) * 10 / 256]
    }

    /// The cells of a row that are shown, the first line of each.
    private static func row(_ cells: [String]) -> [String] {
        let kept = cells.prefix(mostColumns).map { cell in
            let line = cell.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
            return DisplayWidth.cut(line, to: mostWidth)
        }
        return cells.count > mostColumns ? kept + ["and \(cells.count - mostColumns) more"] : kept
    }
}
