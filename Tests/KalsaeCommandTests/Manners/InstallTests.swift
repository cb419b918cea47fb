import Foundation
import Testing

/// What `make install` puts beside the command.
@Suite struct InstallTests {
    private let folder: CommandRun.Folder

    init() throws { folder = try CommandRun.Folder() }

    /// Runs a script of the project on the built command.
    private func script(_ name: String, _ arguments: [String]) throws -> Int32 {
        let process = Process()
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        process.executableURL = root.appendingPathComponent("Scripts/\(name)")
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(
            ["PREFIX": "/usr", "DESTDIR": folder.path]) { $1 }
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }

    @Test func commandCompletionsAndManualAreInstalled() throws {
        defer { folder.remove() }
        let command = try CommandRun.executable.path
        #expect(try script("install", [command]) == 0)
        let root = "\(folder.path)/usr"
        #expect(FileManager.default.isExecutableFile(atPath: "\(root)/bin/kalsae"))
        for name in [
            "bash-completion/completions/kalsae", "zsh/site-functions/_kalsae",
            "fish/vendor_completions.d/kalsae.fish",
        ] {
            let text = try String(contentsOfFile: "\(root)/share/\(name)", encoding: .utf8)
            #expect(text.contains("learning-rate") && text.contains("evaluate"), "\(name)")
        }
        let pages = try FileManager.default.contentsOfDirectory(atPath: "\(root)/share/man/man1")
        for verb in ["", "-train", "-predict", "-data", "-data-show", "-bench-steps", "-lesson"] {
            #expect(pages.contains("kalsae\(verb).1"))
        }
        let page = try String(
            contentsOfFile: "\(root)/share/man/man1/kalsae-train.1", encoding: .utf8)
        for part in [
            ".TH KALSAE-TRAIN 1", ".SH NAME\nkalsae-train \\- Train", ".SH SYNOPSIS",
            ".SH DESCRIPTION", ".SH OPTIONS", "\\-\\-learning\\-rate",
        ] {
            #expect(page.contains(part), "\(part)")
        }
    }
}
