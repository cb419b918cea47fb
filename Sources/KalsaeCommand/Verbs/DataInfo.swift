import ArgumentParser
import KalsaeData
import KalsaeFiles
import KalsaeSupport

struct DataInfo: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "info",
        abstract:
            "Show what a CSV file is taken for: every guess, with the option that overrules it.",
        discussion: """
            Examples:
              kalsae data info titanic.csv
              kalsae data info umfrage.csv --decimal comma --missing "keine Angabe,-9"
            """)

    @Argument(help: "The path of a CSV file, or - for standard input.")
    var name: String

    @OptionGroup(title: "How the file is read") var reading: ReadingOptions

    @Flag(help: "Print one JSON object on one line to standard output.")
    var json = false

    func run() throws {
        let table = try Source.table(at: Source.path(ofData: name), options: reading.csv())
        let guesses = table.csv.guesses
        if json {
            return try Console.print(
                ["file": .string(table.subject), "reading": guesses.json] as JSONValue)
        }
        try Console.print(table.subject)
        for line in guesses.lines {
            let option = line.option.isEmpty ? "" : "  [\(line.option)]"
            let told = line.isGiven ? ", as told" : ""
            try Console.print("  \(line.name): \(line.value)\(told)\(option)")
        }
        for column in guesses.columns {
            try Console.print("  \(column.name): \(column.text)")
        }
    }
}

extension CSVColumn {
    /// What the cells hold, on one line.
    fileprivate var text: String {
        var parts = [kind.rawValue]
        if hasLeadingZeros { parts.append("whole numbers that begin with 0") }
        if let unit { parts.append("with \(unit)") }
        if missingCount > 0 { parts.append("\(missingCount) missing") }
        if let first = unreadable.first {
            parts.append(
                "\(unreadableCount) that are no numbers, first \"\(first.text)\" on line "
                    + "\(first.line)")
        }
        return parts.joined(separator: ", ")
    }
}
