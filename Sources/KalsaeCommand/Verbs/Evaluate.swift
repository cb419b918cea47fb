import ArgumentParser
import KalsaeData
import KalsaeFiles
import KalsaeSupport
import KalsaeTraining

struct Evaluate: AsyncParsableCommand, ComputingCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure a trained network on data.",
        discussion: """
            On a CSV file all rows are measured, on a folder of images those of its test folder where \
            there is one, else all; on a named set, the rows that took no part in training.

            Examples:
              kalsae evaluate titanic.safetensors titanic.csv --json
              kalsae evaluate titanic.safetensors titanic.csv --importance --dependence age
              kalsae evaluate digits.safetensors digits --report digits.html
            """)

    @Argument(help: "A model file that `kalsae train` wrote.", completion: NameCompletion.models)
    var model: String

    @Argument(
        help: """
            CSV files with the model's columns, - for standard input, a named set, a folder with a \
            folder of images for each class, or an NPZ file; of a model of text, text files. Each is \
            measured apart.
            """, completion: .file())
    var data: [String]

    @Flag(help: "How much worse predictions get where a column's cells are shuffled, by column.")
    var importance = false

    @Option(
        help: """
            A column: the mean prediction over its cells, all else as it is; may be given more than \
            once.
            """)
    var dependence: [String] = []

    @Option(help: "The level of the intervals around predicted numbers; .9 by default.")
    var interval: Double?

    @Option(help: ThresholdChoice.help)
    var threshold: ThresholdChoice?

    @Option(help: "The column that says how much a row counts; without it all count alike.")
    var weight: String?

    @Option(help: "How often each column is shuffled for --importance.")
    var repeats = 5

    @Option(
        help: ArgumentHelp(
            """
            List so many rows that are most wrong; with --json also their cells, or their images as \
            PNG in base64.
            """, valueName: "rows"))
    var worst: Int?

    @Option(
        help: ArgumentHelp(
            "Write numbers, figures and the rows that are most wrong as one HTML file.",
            valueName: "file"), completion: .file(extensions: ["html"]))
    var report: String?

    @Option(
        help: ArgumentHelp(
            """
            Draw the confusion matrix, or predictions against truths, into a file: .svg, .png, or \
            .csv for its numbers.
            """, valueName: "file"), completion: NameCompletion.figures)
    var plot: String?

    @Option(
        help: ArgumentHelp(
            "Width and height of --plot in pixels; 640x480 by default.", valueName: "size"))
    var size: String?

    @Flag(help: "Light lines on a dark ground in --plot; --report is both.")
    var dark = false

    @Flag(help: "Replace these files if they are there.")
    var overwrite = false

    @OptionGroup(title: "How files are read") var reading: ReadingOptions

    @OptionGroup var gaps: LenientOption

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try common.apply()
        guard repeats >= 1 else {
            throw KalsaeError(
                "--repeats", expected: "a whole number of at least 1", got: "\(repeats)")
        }
        if let worst, !(1...1000).contains(worst) {
            throw KalsaeError("--worst", expected: "a number from 1 to 1000", got: "\(worst)")
        }
        if try ModelArgument.isOfText(model) { return try evaluateText() }
        let plot = try plotFile()
        let page = try pageFile()
        let predictor = try ModelArgument.open(
            model, verb: "evaluate", others: data, threshold: threshold)
        try gaps.check(predictor, model)
        var reports: [JSONValue] = []
        for name in data {
            let isSet = NamedSet(rawValue: name) != nil
            let path = isSet ? name : Source.path(ofTable: name)
            let isLearned = !isSet && ModelDestination.tellLearned(path, by: model)
            let members = try await evaluate(path, predictor, title: name, plot, page)
            reports.append(.object(members + Self.members(trainedOn: isLearned)))
        }
        guard common.json else { return }
        try Console.print(
            reports.count == 1 ? reports[0] : ["files": .array(reports)] as JSONValue)
    }

    /// Says with `--json` whether these are the data of the training, which flatter the model.
    private static func members(trainedOn: Bool) -> [JSONValue.Member] {
        [JSONValue.Member("trained_on", .bool(trainedOn))]
    }

    /// Measures a model of text on texts.
    private func evaluateText() throws {
        guard !importance, dependence.isEmpty, interval == nil, threshold == nil, report == nil,
            plot == nil, !gaps.lenient, weight == nil
        else {
            throw KalsaeError(
                "--importance, --dependence, --interval, --threshold, --weight, --report, --plot, --lenient",
                expected: "a model of rows to go with", got: "one of text, \(model)")
        }
        if worst != nil { Notice.say("--worst is left out: a text has no rows") }
        let text = try TextModel(path: model)
        var reports: [JSONValue] = []
        for name in data {
            let path = try NamedText(rawValue: name)?.path() ?? name
            let isLearned = ModelDestination.tellLearned(path, by: model)
            let (measured, count) = try text.evaluate(TextData.text(of: path), name: name)
            let label = data.count > 1 ? "\(name), " : ""
            if common.json {
                var members =
                    (measured.textJSON.members ?? []) + [
                        JSONValue.Member("tokens", .integer(count))
                    ]
                members += Self.members(trainedOn: isLearned)
                if data.count > 1 { members.append(JSONValue.Member("data", .string(name))) }
                reports.append(.object(members))
            } else {
                try Console.print("\(label)\(count.counting("token")): \(measured.textLine)")
            }
        }
        guard common.json else { return }
        try Console.print(
            reports.count == 1 ? reports[0] : ["files": .array(reports)] as JSONValue)
    }

    /// Measures one source and prints what came of it, or returns it for `--json`.
    private func evaluate(
        _ source: String, _ predictor: Predictor, title: String, _ plot: FigureFile?,
        _ page: FigureFile?
    ) async throws -> [JSONValue.Member] {
        let isAsked = importance || !dependence.isEmpty
        let measured = try await predictor.measure(
            source, reading: reading.csv(), level: interval, effects: isAsked ? dependence : nil,
            keepsRows: plot != nil || page != nil || worst != nil, isLenient: gaps.lenient,
            weight: weight)
        let (report, rows) = (measured.report, measured.rows)
        let columns = importance ? try measured.effects?.importance(repeats: repeats) : nil
        let tables = try dependence.compactMap { try measured.effects?.dependence(on: $0) }
        if let rows = measured.outcomes {
            let figures = EvaluationFigures(
                rows: rows, report: report, effects: (columns ?? [], tables))
            let (width, height) = try size.map(FigureOptions.size) ?? (640, 480)
            try plot?.write(
                figures.first().themed(dark ? .dark : .light), width: width, height: height)
            let document = EvaluationReport(model: model, data: title, figures: figures)
            try page?.write(document.document())
        }
        let metric = report.values == nil ? "logLoss" : "rmse"
        if common.json {
            var members = (report.json.members ?? []) + [JSONValue.Member("rows", .integer(rows))]
            if data.count > 1 { members.append(JSONValue.Member("data", .string(title))) }
            if let columns {
                members.append(
                    JSONValue.Member(
                        "importance",
                        ["metric": .string(metric), "columns": .array(columns.map(\.json))]))
            }
            if let rows = measured.outcomes, let worst {
                let wrong = try WorstRows(rows, worst) {
                    try predictor.cells(
                        of: source, reading: reading.csv(), rows: $0, isLenient: gaps.lenient)
                }
                members.append(JSONValue.Member("worst", try wrong.json))
            }
            if !tables.isEmpty {
                members.append(JSONValue.Member("dependence", .array(tables.map(\.json))))
            }
            return members
        }
        let label = data.count > 1 ? "\(title), " : ""
        for line in report.lines("\(label)\(rows.counting("row"))") { try Console.print(line) }
        for notice in report.notices { Notice.say(notice) }
        let lists = [columns?.lines(metric) ?? []] + tables.map(\.lines)
        for line in lists.joined() { try Console.print(line) }
        if let rows = measured.outcomes, let worst {
            for line in WorstRows(rows, worst).lines { try Console.print(line) }
        }
        return []
    }

    private func plotFile() throws -> FigureFile? {
        guard plot != nil || !dark && size == nil else {
            throw KalsaeError(
                "--dark, --size", expected: "--plot FILE to go with", got: "no --plot")
        }
        _ = try size.map(FigureOptions.size)
        return try plot.map { path in
            try checkOneSource("--plot")
            try checkRead(path, "--plot")
            return try FigureFile(path, overwrite: overwrite)
        }
    }

    private func pageFile() throws -> FigureFile? {
        try report.map { path in
            try checkOneSource("--report")
            try checkRead(path, "--report")
            return try FigureFile(path, overwrite: overwrite, kinds: ["html"])
        }
    }

    /// Throws where an output would replace what is measured.
    private func checkRead(_ path: String, _ option: String) throws(KalsaeError) {
        var files = ReadFiles()
        files.add("the model", model)
        for name in data where NamedSet(rawValue: name) == nil { files.add("the data", name) }
        try files.check(path, option: option)
    }

    private func checkOneSource(_ option: String) throws(KalsaeError) {
        guard data.count == 1 else {
            throw KalsaeError(option, expected: "one source of data", got: "\(data.count)")
        }
    }
}
