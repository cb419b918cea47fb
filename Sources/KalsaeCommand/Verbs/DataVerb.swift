import ArgumentParser
import KalsaeData
import KalsaeFiles
import KalsaeSupport

struct DataVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data", abstract: "Show and fetch data sets, and what is in them.",
        subcommands: [DataList.self, DataShow.self, DataInfo.self, DataFetch.self])
}

struct DataList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the built-in sets and those found in the data folders.",
        discussion: "Data folders: $KALSAE_DATA, then kalsae/ in the XDG cache.")

    @Flag(help: "Print one JSON object on one line to standard output.")
    var json = false

    func run() throws {
        let entries = DataCatalog.entries()
        if json {
            let list = entries.map { entry -> JSONValue in
                [
                    "name": .string(entry.name), "kind": .string(entry.kind.rawValue),
                    "rows": entry.rows.map { .integer($0) } ?? .null,
                    "features": entry.features.map { .integer($0) } ?? .null,
                    "classes": entry.classes.map { .integer($0) } ?? .null,
                    "place": .string(entry.location.text),
                ]
            }
            return try Console.print(["sets": .array(list)] as JSONValue)
        }
        let width = entries.map(\.name.count).max() ?? 0
        for entry in entries {
            let space = String(repeating: " ", count: width - entry.name.count)
            let unit = entry.kind.rawValue == "text" ? "character" : "row"
            let rows = entry.rows.map { $0.counting(unit) } ?? "unknown size"
            let features = entry.features.map { ", \($0.counting("feature"))" } ?? ""
            let classes = entry.classes.map { ", \($0.counting("class", "classes"))" } ?? ""
            try Console.print(
                "\(entry.name)\(space)  \(entry.kind.rawValue), \(rows)\(features)\(classes); "
                    + entry.location.text)
        }
    }
}

extension DataCatalog.Entry.Location {
    /// The location in words.
    var text: String {
        switch self {
        case .builtIn: "built in"
        case .found(let path): path
        case .missing: "not found; kalsae data fetch has it, or set KALSAE_DATA to its folder"
        case .unreadable(let reason): "unreadable: \(reason)"
        }
    }
}
