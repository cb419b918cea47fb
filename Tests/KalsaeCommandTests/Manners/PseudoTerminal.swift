import Foundation
import Glibc

/// A terminal without a screen: what a program writes to `terminal` is read from `master`, and what is
/// written to that are its keys.
struct PseudoTerminal {
    let master: Int32
    let terminal: Int32

    /// `TIOCSPTLCK` and `TIOCGPTN`.
    private static let (setLock, getNumber): (UInt, UInt) = (0x4004_5431, 0x8004_5430)

    init(columns: Int, rows: Int = 24) throws {
        // Linux's own way: Glibc's functions are not visible to Swift.
        master = open("/dev/ptmx", O_RDWR | O_NOCTTY)
        var (lock, number): (Int32, Int32) = (0, 0)
        guard master >= 0, ioctl(master, Self.setLock, &lock) == 0,
            ioctl(master, Self.getNumber, &number) == 0
        else { throw POSIXError(.ENOTTY) }
        terminal = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY)
        var size = winsize()
        (size.ws_row, size.ws_col) = (UInt16(rows), UInt16(columns))
        guard ioctl(terminal, UInt(TIOCSWINSZ), &size) == 0 else { throw POSIXError(.ENOTTY) }
    }

    /// Adds what was written meanwhile; false where there was nothing. The master must not block.
    func read(into bytes: inout [UInt8]) -> Bool {
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        let count = Glibc.read(master, &chunk, chunk.count)
        if count > 0 { bytes += chunk[..<count] }
        return count > 0
    }
}
