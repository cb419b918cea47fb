import Foundation
import Glibc

/// The command with a terminal as its standard error, of a number of columns.
struct TerminalRun {
    let status: Int32
    /// All that was written to the terminal.
    let drawn: String
    let output: String

    /// - Parameter interrupting: what must have been drawn before the command is interrupted.
    init(
        _ arguments: [String], in folder: CommandRun.Folder, columns: Int,
        interrupting: String? = nil
    ) throws {
        let screen = try PseudoTerminal(columns: columns)
        defer { close(screen.master) }
        let process = try CommandRun.process(
            arguments, in: folder, environment: ["TERM": "xterm", "COLUMNS": ""])
        let out = folder.path + "/.out"
        _ = FileManager.default.createFile(atPath: out, contents: nil)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle(forWritingAtPath: out)
        process.standardError = FileHandle(fileDescriptor: screen.terminal)
        try process.run()
        close(screen.terminal)
        var bytes: [UInt8] = []
        var isInterrupted = false
        _ = fcntl(screen.master, F_SETFL, O_NONBLOCK)
        while true {
            let isOver = !process.isRunning
            let hasMore = screen.read(into: &bytes)
            if isOver, !hasMore { break }
            if let interrupting, !isInterrupted,
                String(decoding: bytes, as: UTF8.self).contains(interrupting)
            {
                isInterrupted = true
                kill(process.processIdentifier, SIGTERM)
            }
            if !hasMore { usleep(2000) }
        }
        process.waitUntilExit()
        status = process.terminationStatus
        drawn = String(decoding: bytes, as: UTF8.self)
        output = try String(contentsOfFile: out, encoding: .utf8)
        try FileManager.default.removeItem(atPath: out)
    }

    /// The states of the line that is redrawn in place.
    var redraws: [String] {
        drawn.components(separatedBy: "\r\u{1B}[K").dropFirst().map { String($0) }
    }
}
