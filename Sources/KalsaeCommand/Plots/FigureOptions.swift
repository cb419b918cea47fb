import ArgumentParser
import Glibc
import KalsaeFiles
import KalsaePlots
import KalsaeSupport

/// Where a figure goes, and how it looks.
struct FigureOptions: ParsableArguments {
    @Option(
        help: """
            A new file: .svg, .png, or .csv for the numbers; without it, drawn in the terminal.
            """, completion: NameCompletion.figures)
    var output: String?

    @Option(
        help: ArgumentHelp(
            "Width and height: pixels of a file, 640x400 by default, or cells of the terminal.",
            valueName: "size"))
    var size: String?

    @Flag(help: "Light lines on a dark ground.")
    var dark = false

    @Flag(help: "Replace the file if it is there.")
    var overwrite = false

    /// Throws for a file that cannot be written, before anything is drawn.
    func check() throws {
        _ = try sizes()
        guard let output else { return }
        _ = try FigureFile(output, overwrite: overwrite)
    }

    /// Writes or prints a figure.
    func show(_ figure: Figure) throws {
        let isDark = dark || output == nil && Self.terminalIsDark
        let figure = figure.themed(isDark ? .dark : .light)
        let sizes = try sizes()
        guard let output else {
            let width = sizes?.width ?? min(TerminalLine.width, 100)
            let isTerminal = isatty(1) != 0
            let hasColor = isTerminal && getenv("NO_COLOR") == nil
            let text = try figure.terminal(
                width: width, height: sizes?.height ?? 20, color: hasColor ? .indexed : .none)
            return try Console.write(text.hasSuffix("\n") ? text : text + "\n")
        }
        try FigureFile(output, overwrite: overwrite).write(
            figure, width: sizes?.width ?? 640, height: sizes?.height ?? 400)
    }

    /// What the terminal says of its ground; most that say nothing are dark.
    private static var terminalIsDark: Bool {
        let ground = getenv("COLORFGBG").map { String(cString: $0) } ?? ""
        return !["7", "15"].contains(ground.split(separator: ";").last ?? "0")
    }

    private func sizes() throws(KalsaeError) -> (width: Int, height: Int)? {
        try size.map { text throws(KalsaeError) in try Self.size(text) }
    }

    /// Width and height of `--size`.
    static func size(_ size: String) throws(KalsaeError) -> (width: Int, height: Int) {
        let numbers = size.split(separator: "x").compactMap { Int($0) }
        guard numbers.count == 2, numbers.allSatisfy({ (1...10_000).contains($0) }) else {
            throw KalsaeError(
                "--size", expected: "two numbers from 1 to 10000, as 640x400", got: "\"\(size)\"")
        }
        return (numbers[0], numbers[1])
    }
}
