import ArgumentParser
import KalsaeData
import KalsaeSupport

/// What columns are, where a guess is to be overruled.
struct ColumnOptions: ParsableArguments {
    @Option(
        help: """
            What a column is, as in zip=category; may be given more than once: number, category, \
            date, text, drop.
            """)
    var column: [String] = []

    @Option(help: "A column to leave out; may be given more than once.")
    var drop: [String] = []

    @Option(
        help: """
            The column that says how much a row counts, in training and in all numbers reported; a \
            number of at least 0. It is no input.
            """)
    var weight: String?

    @Option(
        help: """
            A column: rows with the same cell are never on both sides of a split or fold. It is no \
            input.
            """)
    var group: String?

    @Option(
        help: "The column of dates or numbers by which rows are split: older train, newer test.")
    var time: String?

    @Option(help: "What is predicted: classification or regression.")
    var task: String?

    @Option(
        help: """
            What predictions of numbers are to make small: meanSquaredError (the default: means), \
            meanAbsoluteError (medians), huber=1, quantile=.9, poisson (counts), gamma (amounts above 0).
            """)
    var loss: String?

    /// The options for the guesses about a table.
    func table() throws(KalsaeError) -> TableOptions {
        var options = TableOptions()
        for request in column {
            guard let mark = request.lastIndex(of: "="),
                let role = ColumnRole(request: String(request[mark...].dropFirst()))
            else {
                throw KalsaeError(
                    "--column",
                    expected: "NAME=\(ColumnRole.requestable.joined(separator: "|"))",
                    got: "\"\(request)\"")
            }
            let name = String(request[..<mark])
            guard options.roles.updateValue(role, forKey: name) ?? role == role else {
                throw KalsaeError(
                    "--column", expected: "one role for \(name)", got: "two that differ")
            }
        }
        options.drop = drop
        (options.weight, options.group, options.time) = (weight, group, time)
        if let task {
            guard let known = TargetEncoder.Task(rawValue: task) else {
                let near = SpellingSuggestion.of(task, in: ["classification", "regression"])
                throw KalsaeError(
                    "--task", expected: "classification or regression", got: "\"\(task)\"",
                    advice: near.map { "did you mean \($0)?" } ?? "")
            }
            options.task = known
        }
        options.loss = try loss.map { text throws(KalsaeError) in
            try TargetLoss(text, subject: "--loss")
        }
        return options
    }
}
