import Glibc

/// One line on standard error that is redrawn in place: cut to the terminal's width, so that it never
/// runs on to a second one.
struct TerminalLine {
    private var lastDraw: ContinuousClock.Instant?
    private var isDrawn = false

    /// Whether the line may be drawn again: at most fifteen times a second.
    mutating func isDue() -> Bool {
        let now = ContinuousClock.now
        if let lastDraw, lastDraw.duration(to: now) < .milliseconds(66) { return false }
        lastDraw = now
        return true
    }

    /// Draws the line over what it was.
    mutating func draw(_ text: String) {
        isDrawn = true
        // The last column stays free: a cursor behind it would go to the next line.
        Console.writeError("\r\u{1B}[K" + DisplayWidth.cut(text, to: Self.width - 1))
    }

    /// Wipes the line, so that the cursor stands on a fresh one.
    mutating func wipe() {
        guard isDrawn else { return }
        isDrawn = false
        Console.writeError("\r\u{1B}[K")
    }

    /// Columns of the terminal: what it says, else `COLUMNS`, else 80.
    static var width: Int {
        var size = winsize()
        if ioctl(2, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return Int(size.ws_col) }
        let columns = getenv("COLUMNS").flatMap { Int(String(cString: $0)) } ?? 0
        return columns > 0 ? columns : 80
    }
}
