import Foundation
import Glibc

/// The command with a terminal as its standard input, where keys are pressed as on a keyboard.
final class TerminalSession {
    private let process: Process
    private let master: Int32
    private var bytes: [UInt8] = []
    /// Up to where the screen was looked at.
    private var seen = 0

    /// `TIOCSPTLCK` and `TIOCGPTN`.
    private static let (setLock, getNumber): (UInt, UInt) = (0x4004_5431, 0x8004_5430)

    init(
        _ arguments: [String], in folder: CommandRun.Folder, columns: Int = 80, rows: Int = 24
    ) throws {
        let master = open("/dev/ptmx", O_RDWR | O_NOCTTY)
        var (lock, number): (Int32, Int32) = (0, 0)
        guard master >= 0, ioctl(master, Self.setLock, &lock) == 0,
            ioctl(master, Self.getNumber, &number) == 0
        else { throw POSIXError(.ENOTTY) }
        let terminal = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY)
        var size = winsize()
        (size.ws_row, size.ws_col) = (UInt16(rows), UInt16(columns))
        guard ioctl(terminal, UInt(TIOCSWINSZ), &size) == 0 else { throw POSIXError(.ENOTTY) }
        let process = try CommandRun.process(
            arguments, in: folder, environment: ["TERM": "xterm", "NO_COLOR": "1"])
        for keyPath in [\Process.standardInput, \.standardOutput, \.standardError] {
            process[keyPath: keyPath] = FileHandle(fileDescriptor: terminal)
        }
        try process.run()
        Glibc.close(terminal)
        _ = fcntl(master, F_SETFL, O_NONBLOCK)
        (self.process, self.master) = (process, master)
    }

    deinit { Glibc.close(master) }

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
        _ = keys.withCString { write(master, $0, strlen($0)) }
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

    func interrupt() { kill(process.processIdentifier, SIGTERM) }

    private func pull() {
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = read(master, &chunk, chunk.count), count > 0 {
            bytes += chunk[..<count]
        }
    }
}
