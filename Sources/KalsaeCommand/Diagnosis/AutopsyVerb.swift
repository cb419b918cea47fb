import ArgumentParser
import Foundation
import KalsaeFiles
import KalsaeRuns
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
              kalsae autopsy last
            """)

    @Argument(
        help: ArgumentHelp(
            "The file that the training left, or its run: id, name, or last.", valueName: "file"),
        completion: .file())
    var wanted: String

    @OptionGroup var location: RunsOptions

    @OptionGroup var common: CommonOptions

    func run() throws {
        try common.apply()
        let file = try path()
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

    /// The file that is named, or that the record of a run names.
    private func path() throws -> String {
        let isFile = FileIdentity.isRegular(wanted) || wanted.contains("/")
        guard !isFile, !wanted.hasSuffix(".safetensors"), Store.exists(in: location.folder) else {
            return wanted
        }
        let store = try location.store(for: .reading)
        let run = try store.run(wanted)
        guard let artifact = try store.artifacts(of: run).last(where: { $0.kind == "autopsy" })
        else {
            throw KalsaeError(
                "run \(run.name)", expected: "one whose loss was not finite",
                got: "one without an autopsy",
                advice: "kalsae doctor \(run.name) tells how it fares")
        }
        let isAbsolute = artifact.path.hasPrefix("/")
        return isAbsolute ? artifact.path : "\(run.workingFolder)/\(artifact.path)"
    }
}
