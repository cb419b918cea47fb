import KalsaeSupport

/// Shows how many rows a slow computation has come to, on standard error: a line on a terminal; elsewhere
/// one after 10 seconds, and after twice as long each time.
struct RowProgress {
    private let title: String
    private var line = TerminalLine()
    private var count = 0
    private let start = ContinuousClock.now
    private var next = Duration.seconds(10)

    /// - Parameter title: what is computed.
    init(_ title: String) { self.title = title }

    /// Counts a row.
    mutating func add() {
        count += 1
        guard !Console.isQuiet else { return }
        if Console.hasTerminal {
            if line.isDue() { line.draw("\(title): \(count.counting("row"))") }
            return
        }
        let elapsed = start.duration(to: .now)
        guard elapsed >= next else { return }
        while next <= elapsed { next = next * 2 }
        let seconds = Int(elapsed.seconds)
        Console.tell("\(title): \(count.counting("row")) in \(seconds.counting("second"))")
    }

    /// Wipes the line.
    mutating func end() { line.wipe() }
}
