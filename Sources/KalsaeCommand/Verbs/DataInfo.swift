import ArgumentParser
import KalsaeData
import KalsaeFiles
import KalsaeSupport

struct DataInfo: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "info",
        abstract: """
            Show what a CSV file or a folder of images is taken for, without training: every guess, its \
            option.
            """,
        discussion: """
            Examples:
              kalsae data info titanic.csv --target survived
              kalsae data info umfrage.csv --decimal comma --column plz=category
              kalsae data info flowers/ --sheet flowers.png
            """)

    @Argument(
        help: """
            The path of a CSV file, - for standard input, a folder of images by class, an NPZ file, or \
            a named set.
            """, completion: .file())
    var name: String

    @Option(help: "The column to predict: its name, or its number from 1.")
    var target: String?

    @OptionGroup(title: "How the file is read") var reading: ReadingOptions

    @OptionGroup(title: "What the columns are") var columns: ColumnOptions

    @OptionGroup(title: "How images are read") var images: ImageOptions

    @Option(
        help: "A PNG file to draw some images of each class into, a row a class.",
        completion: .file(extensions: ["png"]))
    var sheet: String?

    @Flag(help: "Replace the sheet's file, whatever it holds.")
    var overwrite = false

    @Option(help: "The language of what is told of columns with --json, en or ko.")
    var language: TextLanguage = .english

    @Flag(help: "Print one JSON object on one line to standard output.")
    var json = false

    func run() throws {
        if let info = try ImageSetInfo(name, target: target, images) {
            return try info.show(sheet: sheet, overwrite: overwrite, isJSON: json)
        }
        guard sheet == nil else {
            throw KalsaeError("--sheet", expected: "images to draw", got: "the table \(name)")
        }
        try images.refuse(for: name)
        let table = try Source.table(at: Source.path(ofData: name), options: reading.csv())
        if let target { try Source.check(target, in: table) }
        let guesses = try TableGuesses(table, target: target, options: columns.table())
        if json {
            return try Console.print(
                [
                    "file": .string(table.subject), "reading": table.csv.guesses.json,
                    "table": guesses.json(language),
                ] as JSONValue)
        }
        try Console.print(table.subject)
        for line in table.csv.guesses.lines {
            let option = line.option.isEmpty ? "" : "  [\(line.option)]"
            let given = line.isGiven ? ", as told" : ""
            try Console.print("  \(line.name): \(line.value)\(given)\(option)")
        }
        for column in guesses.columns {
            let own = column.role == .target ? "--target" : "--column NAME=role, --drop"
            let option = column.mark.map { "--\($0.rawValue)" } ?? own
            try Console.print("  \(column.line)  [\(option)]")
        }
        for line in guesses.lines.dropFirst(guesses.columns.count) {
            try Console.print("  \(line)  [--task]")
        }
        for note in guesses.notes { try Console.print("  note: \(note)") }
    }
}
