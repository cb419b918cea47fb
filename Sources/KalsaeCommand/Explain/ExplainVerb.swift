import ArgumentParser
import Glibc
import Kalsae
import KalsaeFiles
import KalsaeLessons
import KalsaePlots
import KalsaeSupport

struct ExplainVerb: ParsableCommand, ComputingCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Show a formula or a network as a graph: values forward, gradients backward.",
        discussion: """
            Each node has its value, the gradient of the result and its local derivatives; variables \
            and parameters have central differences beside. A network is shown layer by layer, a small \
            one of dense layers neuron by neuron.

            Examples:
              kalsae explain '(x + y) * z' --at x=2,y=3,z=4
              kalsae explain 'sigmoid(w * x + b)' --at w=2,x=-1,b=.5 --output neuron.svg
              kalsae explain iris.safetensors --row 5.1,3.5,1.4,.2 --label setosa
              kalsae explain digits.safetensors --data digits --at-row 3 --output d.html
            """)

    @Argument(
        help: """
            A formula with + - * / ^, parentheses, and functions as exp(x); or a model file that `kalsae \
            train` wrote.
            """, completion: NameCompletion.models)
    var subject: String

    @Option(
        help: ArgumentHelp(
            "Values of variables, as x=2,y=3; may be given more than once.", valueName: "values"))
    var at: [String] = []

    @OptionGroup(title: "Where a network is explained") var input: ExplainedInput

    @Flag(
        inversion: .prefixedNo,
        help: """
            Neuron by neuron, or layer by layer; without it neurons where there are at most 30 weights.
            """)
    var scalar: Bool?

    @Option(
        help: """
            A new file: .svg, .png, .html, .tex for TikZ, or .csv; without it, the numbers stand in the \
            terminal.
            """, completion: .file())
    var output: String?

    @Flag(help: "Replace the file if it is there.")
    var overwrite = false

    @Flag(help: "Light lines on a dark ground.")
    var dark = false

    @OptionGroup var common: CommonOptions

    func run() throws {
        try common.apply()
        let file = try output.map { path in
            var read = ReadFiles()
            if isModel { read.add("the model", subject) }
            if let data = input.data { read.add("the data", data) }
            try read.check(path, option: "--output")
            return try FigureFile(
                path, overwrite: overwrite, kinds: ["svg", "png", "html", "tex", "csv"])
        }
        let sheet = try isModel ? networkSheet() : formulaSheet()
        let figure = sheet.figure.themed(dark ? .dark : .light)
        let (width, height) = sheet.size
        switch file?.kind {
        case nil: break
        case "html": try file?.write(sheet.page)
        case "tex": try file?.write(text: sheet.tikz)
        default: try file?.write(figure, width: Int(width), height: Int(height))
        }
        if common.json { return try Console.print(sheet.json) }
        guard file == nil else { return }
        if let drawn = try drawn(sheet, figure) { try Console.print(lines: drawn) }
        for (number, shown) in sheet.tables.enumerated() {
            if number > 0 { try Console.print("") }
            var table = TextTable(shown.columns)
            for row in shown.rows { table.add(row) }
            for line in table.lines { try Console.print(line) }
        }
        for line in sheet.results { try Console.print(line) }
    }

    /// The graph for the terminal; nil where it would not fit.
    private func drawn(_ sheet: any ExplanationSheet, _ figure: Figure) throws -> String? {
        let width = min(TerminalLine.width, 160)
        let (columns, rows) = sheet.cells
        guard columns <= width, rows <= 40 else { return nil }
        let hasColor = isatty(1) != 0 && getenv("NO_COLOR") == nil
        return try figure.terminal(
            width: columns, height: rows, color: hasColor ? .indexed : .none)
    }

    /// Whether a model is explained and no formula.
    private var isModel: Bool {
        subject.hasSuffix(".safetensors") || ModelArgument.isModel(subject)
    }

    private func formulaSheet() throws -> any ExplanationSheet {
        guard !input.isGiven, scalar == nil else {
            throw KalsaeError(
                "--row, --data, --label, --loss, --scalar", expected: "a model file to go with",
                got: "the formula \(subject)", advice: "variables get values by --at x=1")
        }
        return try Explanation(Formula(subject), at: values())
    }

    private func networkSheet() throws -> any ExplanationSheet {
        guard at.isEmpty else {
            throw KalsaeError(
                "--at", expected: "a formula to go with", got: "the model \(subject)",
                advice: "an input is given by --row 1,2,3 or --data FILE")
        }
        let explained = try input.question(of: subject)
        let explanation = try ModelExplanation(explained.model, explained.question)
        if scalar == false { return LayerSheet(explanation) }
        if scalar == true { return try NeuronSheet(explanation) }
        guard NeuronSheet.suits(explanation) else { return LayerSheet(explanation) }
        let sheet = try NeuronSheet(explanation)
        Notice.say("\(sheet.weightCount) weights, shown neuron by neuron; --no-scalar for layers")
        return sheet
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
