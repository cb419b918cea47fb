import Foundation
import Glibc

/// The command with a terminal as its standard input, where keys are pressed as on a keyboard.
final class TerminalSession {
    private let process: Process
    private let screen: PseudoTerminal
    private var bytes: [UInt8] = []
    /// Up to where the screen was looked at.
    private var seen = 0

    init(
        _ arguments: [String], in folder: CommandRun.Folder, columns: Int = 80, rows: Int = 24
    ) throws {
        let screen = try PseudoTerminal(columns: columns, rows: rows)
        let process = try CommandRun.process(
            arguments, in: folder, environment: ["TERM": "xterm", "NO_COLOR": "1"])
        for keyPath in [\Process.standardInput, \.standardOutput, \.standardError] {
            process[keyPath: keyPath] = FileHandle(fileDescriptor: screen.terminal)
        }
        try process.run()
        Glibc.close(screen.terminal)
        _ = fcntl(screen.master, F_SETFL, O_NONBLOCK)
        (self.process, self.screen) = (process, screen)
    }

    deinit { Glibc.close(screen.master) }

    var isRunning: Bool { process.isRunning }

    /// All that was written to the terminal.
    var drawn: String {
        pull()
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Presses keys.
    func press(_ keys: String) {
        pull()
        seen = bytes.count
        _ = keys.withCString { write(screen.master, $0, strlen($0)) }
    }

    /// Whether a text is drawn behind the last keys, within half a minute.
    func shows(_ text: String) -> Bool {
        let wanted = Data(text.utf8)
        for _ in 0..<3000 {
            pull()
            if Data(bytes[seen...]).range(of: wanted) != nil { return true }
            guard process.isRunning else { break }
            usleep(10_000)
        }
        pull()
        return Data(bytes[seen...]).range(of: wanted) != nil
    }

    /// The exit status, once it has ended.
    func status() -> Int32 {
        while process.isRunning {
            pull()
            usleep(5000)
        }
        return process.terminationStatus
    }

    func interrupt() { Glibc.kill(process.processIdentifier, SIGTERM) }

    /// Ends it at once.
    func kill() { Glibc.kill(process.processIdentifier, SIGKILL) }

    private func pull() {
        while screen.read(into: &bytes) {}
    }
}
