import Foundation
import Glibc

/// The command with a terminal as its standard error, of a number of columns.
struct TerminalRun {
    let status: Int32
    /// All that was written to the terminal.
    let drawn: String
    let output: String

    /// `TIOCSPTLCK` and `TIOCGPTN`.
    private static let (setLock, getNumber): (UInt, UInt) = (0x4004_5431, 0x8004_5430)

    /// - Parameter interrupting: what must have been drawn before the command is interrupted.
    init(
        _ arguments: [String], in folder: CommandRun.Folder, columns: Int,
        interrupting: String? = nil
    ) throws {
        // Linux's own way: Glibc's functions are not visible to Swift.
        let master = open("/dev/ptmx", O_RDWR | O_NOCTTY)
        var (lock, number): (Int32, Int32) = (0, 0)
        guard master >= 0, ioctl(master, Self.setLock, &lock) == 0,
            ioctl(master, Self.getNumber, &number) == 0
        else { throw POSIXError(.ENOTTY) }
        let terminal = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY)
        defer { close(master) }
        var size = winsize()
        (size.ws_row, size.ws_col) = (24, UInt16(columns))
        guard ioctl(terminal, UInt(TIOCSWINSZ), &size) == 0 else { throw POSIXError(.ENOTTY) }
        let process = try CommandRun.process(
            arguments, in: folder, environment: ["TERM": "xterm", "COLUMNS": ""])
        let out = folder.path + "/.out"
        _ = FileManager.default.createFile(atPath: out, contents: nil)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle(forWritingAtPath: out)
        process.standardError = FileHandle(fileDescriptor: terminal)
        try process.run()
        close(terminal)
        var bytes: [UInt8] = []
        var isInterrupted = false
        _ = fcntl(master, F_SETFL, O_NONBLOCK)
        while true {
            let isOver = !process.isRunning
            var chunk = [UInt8](repeating: 0, count: 1 << 16)
            let count = read(master, &chunk, chunk.count)
            if count > 0 { bytes += chunk[..<count] }
            if isOver, count <= 0 { break }
            if let interrupting, !isInterrupted,
                String(decoding: bytes, as: UTF8.self).contains(interrupting)
            {
                isInterrupted = true
                kill(process.processIdentifier, SIGTERM)
            }
            if count <= 0 { usleep(2000) }
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
