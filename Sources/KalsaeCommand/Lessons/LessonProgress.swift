import Synchronization

/// Shows on standard error how far a lesson is, on a terminal only.
final class LessonProgress: Sendable {
    private let line = Mutex(TerminalLine())
    private let name: String
    private let isShown = Console.hasTerminal && !Console.isQuiet

    init(_ name: String) { self.name = name }

    func show(_ done: Int, of total: Int) {
        guard isShown else { return }
        line.withLock { line in
            guard line.isDue() else { return }
            let width = 24
            let filled = min(max(done * width / max(total, 1), 0), width)
            line.draw(
                String(repeating: "━", count: filled)
                    + String(repeating: "╌", count: width - filled) + " \(name) \(done)/\(total)")
        }
    }

    /// Wipes the bar.
    func end() { line.withLock { $0.wipe() } }
}
