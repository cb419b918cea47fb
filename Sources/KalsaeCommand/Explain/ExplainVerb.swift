import ArgumentParser
import KalsaeFiles
import KalsaeLessons
import KalsaeSupport

struct ExplainVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Show a formula as a graph: values forward, gradients backward.",
        discussion: """
            Each node has its value, the gradient of the result, its local derivatives, and each \
            variable the central difference beside.

            Examples:
              kalsae explain '(x + y) * z' --at x=2,y=3,z=4
              kalsae explain 'sigmoid(w * x + b)' --at w=2,x=-1,b=.5 --output neuron.svg
            """)

    @Argument(help: "A formula with + - * / ^, parentheses, and functions as exp(x).")
    var formula: String

    @Option(
        help: ArgumentHelp(
            "Values of variables, as x=2,y=3; may be given more than once.", valueName: "values"))
    var at: [String] = []

    @Option(
        help: """
            A new file: .svg, .png, .html, .tex for TikZ, or .csv; without it, the graph stands in the \
            terminal.
            """)
    var output: String?

    @Flag(help: "Replace the file if it is there.")
    var overwrite = false

    @Flag(help: "Light lines on a dark ground.")
    var dark = false

    @Flag(help: "Print one JSON object on one line to standard output.")
    var json = false

    func run() throws {
        let file = try output.map { path in
            try FigureFile(path, overwrite: overwrite, kinds: ["svg", "png", "html", "tex", "csv"])
        }
        let explanation = try Explanation(Formula(formula), at: values())
        let figure = explanation.figure.themed(dark ? .dark : .light)
        let (width, height) = explanation.size
        switch file?.kind {
        case nil: break
        case "html": try file?.write(explanation.page)
        case "tex": try file?.write(text: explanation.tikz)
        default: try file?.write(figure, width: Int(width), height: Int(height))
        }
        if json { return try Console.print(explanation.json) }
        guard file == nil else { return }
        var table = TextTable(Explanation.columns)
        for row in explanation.rows { table.add(row) }
        for line in table.lines { try Console.print(line) }
        try Console.print("result: \(explanation.resultText)")
    }

    /// The values of all `--at`.
    private func values() throws(KalsaeError) -> [String: Double] {
        var values: [String: Double] = [:]
        for part in at.flatMap({ $0.split(separator: ",") }) {
            let pair = part.split(separator: "=", maxSplits: 1).map {
                $0.filter { !$0.isWhitespace }
            }
            guard pair.count == 2, let value = Double(pair[1]), value.isFinite else {
                throw KalsaeError(
                    "--at", expected: "values as x=2,y=3", got: "\"\(part)\"")
            }
            guard values.updateValue(value, forKey: pair[0]) == nil else {
                throw KalsaeError(
                    "--at", expected: "one value for \(pair[0])", got: "two")
            }
        }
        return values
    }
}
