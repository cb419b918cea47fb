import ArgumentParser
import Glibc
import KalsaePlots
import KalsaeRuns
import KalsaeSupport

struct WatchVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Watch a run in the terminal, and steer it by keys.",
        discussion: """
            Space pauses, + and - change the learning rate, c writes a checkpoint, b goes back to the \
            best epoch, : takes any command of `kalsae steer`, ? shows all keys. Leaving does not end \
            the training.

            Examples:
              kalsae watch last
              kalsae watch digits-3 --once
            """)

    @Argument(
        help: "A run: its id, the beginning of it, its name, or last.",
        completion: NameCompletion.runs)
    var wanted = "last"

    @Flag(help: "Print one view and end.")
    var once = false

    @OptionGroup var location: RunsOptions

    func run() throws {
        let store = try location.store(for: .reading)
        let view = try RunView(try store.run(wanted), in: store)
        if once {
            let hasColor = isatty(1) != 0 && getenv("NO_COLOR") == nil
            let lines = try view.lines(
                width: TerminalLine.width, height: 24, color: hasColor ? .indexed : .none)
            // The last two are for keys.
            let text = lines.dropLast(2).joined(separator: "\n")
            try Console.write(text + "\n")
            return
        }
        Interrupt.watch()
        let screen = try TerminalScreen()
        defer { screen.close() }
        _ = try Self.show(view, on: screen) { false }
    }

    /// Shows a run until somebody leaves, or `isOver` says so; returns what is seen then.
    static func show(
        _ view: RunView, on screen: TerminalScreen, until isOver: () -> Bool
    ) throws -> WatchControl {
        var control = WatchControl(view)
        let color: TerminalColor = getenv("NO_COLOR") == nil ? .indexed : .none
        let clock = ContinuousClock()
        var next = clock.now
        while !control.hasLeft, !isOver(), !Interrupt.isRequested {
            if clock.now >= next {
                try control.refresh()
                next = clock.now + .milliseconds(500)
            }
            let size = screen.size
            screen.draw(
                try control.view.lines(width: size.width, height: size.height, color: color))
            // A key is answered at once; else it is time to look again.
            guard let key = screen.key(within: 100) else { continue }
            control.press(key)
            if case .character = key { next = clock.now + .milliseconds(60) }
        }
        try control.refresh()
        return control
    }
}
