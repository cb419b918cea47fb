import Glibc
import KalsaeSupport

/// The whole terminal as a screen that is redrawn, with keys as they are pressed; `close` gives it
/// back as it was.
final class TerminalScreen {
    /// What somebody pressed.
    enum Key: Equatable {
        case character(Character)
        case enter, backspace, escape, tab, interrupt, left, right
    }

    private let descriptor: Int32
    private var old = termios()
    private var isOpen = true
    private var lastSize = (width: 0, height: 0)
    private var lastLines: [String] = []
    private var waiting: [UInt8] = []

    /// Opens the terminal of standard input, or that of this process.
    init() throws(KalsaeError) {
        descriptor = isatty(0) != 0 ? dup(0) : open("/dev/tty", O_RDWR | O_CLOEXEC)
        let kind = getenv("TERM").map { String(cString: $0) } ?? ""
        guard descriptor >= 0, kind != "dumb", tcgetattr(descriptor, &old) == 0 else {
            if descriptor >= 0 { Glibc.close(descriptor) }
            throw KalsaeError(
                "kalsae", expected: "a terminal to draw in", got: "none",
                advice: "`kalsae watch RUN --once` prints one view")
        }
        var raw = old
        raw.c_lflag &= ~tcflag_t(ICANON | ECHO | ISIG | IEXTEN)
        raw.c_iflag &= ~tcflag_t(IXON | ICRNL)
        tcsetattr(descriptor, TCSANOW, &raw)
        // Another screen, without a cursor.
        write("\u{1B}[?1049h\u{1B}[?25l")
    }

    deinit { close() }

    /// Gives the terminal back.
    func close() {
        guard isOpen else { return }
        isOpen = false
        write("\u{1B}[?25h\u{1B}[?1049l")
        tcsetattr(descriptor, TCSANOW, &old)
        Glibc.close(descriptor)
    }

    /// Columns and lines.
    var size: (width: Int, height: Int) {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
            return (80, 24)
        }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    /// Draws lines over the screen, which are no wider; nothing where they stand there.
    func draw(_ lines: [String]) {
        let size = size
        guard size != lastSize || lines != lastLines else { return }
        lastLines = lines
        // Another width leaves remains behind.
        var text = size == lastSize ? "\u{1B}[H" : "\u{1B}[2J\u{1B}[H"
        lastSize = size
        for (index, line) in lines.prefix(size.height).enumerated() {
            text += (index > 0 ? "\r\n" : "") + line + "\u{1B}[0m\u{1B}[K"
        }
        write(text + "\u{1B}[J")
    }

    /// The next key, if one comes within some milliseconds.
    func key(within milliseconds: Int) -> Key? {
        if waiting.isEmpty { read(milliseconds) }
        guard let first = waiting.first else { return nil }
        waiting.removeFirst()
        switch first {
        case 3: return .interrupt
        case 9: return .tab
        case 10, 13: return .enter
        case 8, 127: return .backspace
        case 27:
            guard waiting.first == UInt8(ascii: "[") || waiting.first == UInt8(ascii: "O") else {
                return .escape
            }
            let sequence = waiting.prefix { !(0x40...0x7e).contains($0) || $0 == waiting.first }
            let last = waiting.dropFirst(sequence.count).first
            waiting.removeFirst(min(waiting.count, sequence.count + 1))
            return last == UInt8(ascii: "C") ? .right : last == UInt8(ascii: "D") ? .left : nil
        case ..<32: return nil
        default:
            var bytes = [first]
            // The other bytes of a character.
            while let next = waiting.first, next & 0xC0 == 0x80 {
                bytes.append(next)
                waiting.removeFirst()
            }
            return String(decoding: bytes, as: UTF8.self).first.map { .character($0) }
        }
    }

    private func read(_ milliseconds: Int) {
        var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&poller, 1, Int32(milliseconds)) > 0 else { return }
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        // A terminal that is gone ends the view.
        waiting += count > 0 ? Array(bytes.prefix(count)) : [3]
    }

    private func write(_ text: String) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }
}
