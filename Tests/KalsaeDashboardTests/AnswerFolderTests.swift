import Foundation
import KalsaeDashboard
import Testing

/// What servers that were killed leave in the folder for temporary files.
@Suite struct AnswerFolderTests {
    private let temporary = NSTemporaryDirectory() + "kalsae-answers-\(UUID().uuidString)"
    private let files = FileManager.default

    init() throws {
        try files.createDirectory(atPath: temporary, withIntermediateDirectories: true)
    }

    private func make(_ name: String, files names: [String]) throws -> String {
        let path = "\(temporary)/\(name)"
        try files.createDirectory(atPath: path, withIntermediateDirectories: true)
        for file in names {
            let folder = URL(fileURLWithPath: "\(path)/\(file)").deletingLastPathComponent()
            try files.createDirectory(at: folder, withIntermediateDirectories: true)
            try Data("x".utf8).write(to: URL(fileURLWithPath: "\(path)/\(file)"))
        }
        return path
    }

    private var left: [String] {
        get throws { try files.contentsOfDirectory(atPath: temporary).sorted() }
    }

    @Test func callsHaveFoldersOfTheirOwn() throws {
        defer { try? files.removeItem(atPath: temporary) }
        let answers = AnswerFolder(in: temporary)
        let folders = try [answers.fresh(), answers.fresh()]
        #expect(Set(folders).count == 2)
        #expect(try left.count == 1)
        for folder in folders {
            try Data("x".utf8).write(to: URL(fileURLWithPath: "\(folder)/out"))
        }
        answers.remove()
        #expect(try left.isEmpty)
        // What cleans that folder up may take a server's.
        let other = try answers.fresh()
        try files.removeItem(atPath: URL(fileURLWithPath: other).deletingLastPathComponent().path)
        #expect(files.fileExists(atPath: try answers.fresh()))
    }

    @Test func foldersOfServersThatAreGoneAreRemoved() throws {
        defer { try? files.removeItem(atPath: temporary) }
        let living = AnswerFolder(in: temporary)
        let own = try living.fresh()
        _ = try make("kalsae-serve-dead01", files: ["lock", "abcdef/out", "abcdef/errors"])
        _ = try make("kalsae-serve-young1", files: [])
        let old = try make("kalsae-serve-old001", files: ["out", "errors"])
        try files.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -7200)], ofItemAtPath: old)
        // What no server makes stays, with its folder.
        _ = try make("kalsae-serve-dead02", files: ["lock", "notes.txt"])
        let elsewhere = try make("elsewhere", files: ["lock", "abcdef/out"])
        try files.createSymbolicLink(
            atPath: "\(temporary)/kalsae-serve-link01", withDestinationPath: elsewhere)
        let trap = try make("kalsae-serve-dead03", files: ["lock"])
        try files.createSymbolicLink(
            atPath: "\(trap)/abcdef", withDestinationPath: "\(elsewhere)/abcdef")
        AnswerFolder(in: temporary).removeStale()
        #expect(files.fileExists(atPath: own))
        #expect(files.fileExists(atPath: "\(elsewhere)/abcdef/out"))
        #expect(files.fileExists(atPath: "\(elsewhere)/lock"))
        let name = URL(fileURLWithPath: own).deletingLastPathComponent().lastPathComponent
        #expect(
            try left
                == [
                    "elsewhere", "kalsae-serve-dead02", "kalsae-serve-dead03",
                    "kalsae-serve-link01",
                    "kalsae-serve-young1", name,
                ].sorted())
        #expect(files.fileExists(atPath: "\(temporary)/kalsae-serve-dead02/notes.txt"))
        living.remove()
    }
}
