import ArgumentParser
import Foundation
import KalsaeFiles
import KalsaeSupport
import KalsaeTraining

struct AutopsyVerb: ParsableCommand, ComputingCommand {
    static let configuration = CommandConfiguration(
        commandName: "autopsy",
        abstract: "Compute a step that was not finite again, operation by operation.",
        discussion: """
            A training whose loss is not finite leaves such a file, and its error names it.

            Examples:
              kalsae autopsy digits-autopsy.safetensors
            """)

    @Argument(help: "The file that the training left.")
    var file: String

    @OptionGroup var common: CommonOptions

    func run() throws {
        try common.apply()
        let autopsy = try Autopsy(path: file)
        guard let report = try autopsy.examined() else {
            throw KalsaeError(
                file, expected: "a number that is not finite, as when it was written",
                got: "finite ones: operations alone round in another way than the whole step",
                advice: autopsy.report.map { "then: \($0.line)" } ?? "")
        }
        if common.json {
            let text = String(decoding: try JSONEncoder().encode(report), as: UTF8.self)
            return try Console.print(try JSONValue(parsing: text))
        }
        for line in report.lines { try Console.print(line) }
    }
}
