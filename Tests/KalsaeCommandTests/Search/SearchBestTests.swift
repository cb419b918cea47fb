import Foundation
import Testing

/// What a study that has ended gives, and what it does not do again.
@Suite("kalsae search best") struct SearchBestTests {
    private let folder: CommandRun.Folder

    init() throws { folder = try CommandRun.Folder() }

    private func run(_ arguments: String...) throws -> CommandRun {
        try CommandRun(arguments, in: folder)
    }

    @Test func settingsAreWrittenToAFile() throws {
        defer { folder.remove() }
        let search = try run("search", "iris", "--epochs", "2", "--trials", "2")
        #expect(search.status == 0, "\(search.errors)")
        #expect(search.errors.contains("a trial in the middle"))
        // A finished study traces nothing to tell what a trial costs.
        let again = try run("search", "--resume", "iris")
        #expect(again.status == 0, "\(again.errors)")
        #expect(!again.errors.contains("a trial in the middle"))

        let printed = try run("search", "best", "last", "--as-config").output
        let best = ["search", "best", "last", "--as-config", "--output", "best.yaml"]
        let written = try CommandRun(best, in: folder)
        #expect(written.status == 0, "\(written.errors)")
        #expect(written.output.isEmpty)
        #expect(try folder.bytes(of: "best.yaml") == Data(printed.utf8))
        #expect(try run("train", "best.yaml").status == 0)
        // What is there stays, unless it may be replaced.
        try folder.write("mine", to: "best.yaml")
        let refused = try CommandRun(best, in: folder)
        #expect(refused.status != 0)
        #expect(refused.errors.contains("expected a new file, got one that is there"))
        #expect(try folder.bytes(of: "best.yaml") == Data("mine".utf8))
        #expect(try CommandRun(best + ["--overwrite"], in: folder).status == 0)
        #expect(try folder.bytes(of: "best.yaml") == Data(printed.utf8))
        #expect(try run("search", "export", "last", "--output", "best.yaml").status != 0)
        #expect(
            try run("search", "export", "last", "--output", "best.yaml", "--overwrite").status == 0)
    }
}
