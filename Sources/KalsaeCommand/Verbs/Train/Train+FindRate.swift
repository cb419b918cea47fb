import Glibc
import KalsaeFiles
import KalsaePlots
import KalsaeSupport
import KalsaeTraining

extension Train {
    /// `--find-rate`: a table of rates with their losses, and the one that is suggested.
    ///
    /// - Parameters:
    ///   - files: what was read, and no figure may replace.
    ///   - search: tries the rates.
    func findRate(
        _ recipe: Recipe, _ files: ReadFiles, _ search: () async throws -> LearningRateFinder
    ) async throws {
        tellUnused()
        let file = try recording.plot.map { path in
            try files.check(path, option: "--plot")
            return try FigureFile(path, overwrite: overwrite)
        }
        let found = try await search()
        try file?.write(Self.figure(found), width: 640, height: 400)
        if common.json {
            return try Console.print([
                "rates": .array(found.rates.map { .number($0) }),
                "losses": .array(found.losses.map { .number($0) }),
                "smoothed": .array(found.smoothed.map { .number($0) }),
                "suggestion": found.recommended.map { .number($0) } ?? .null,
                "steepest": found.suggestion.map { .number($0) } ?? .null,
                "lowest": found.lowest.map { .number($0) } ?? .null,
                "diverged": .bool(found.hasDiverged), "network": .string("\(recipe.network)"),
                "optimizer": .string(recipe.optimizer.rawValue), "batch": .integer(recipe.batch),
                "seed": .integer(seed),
            ])
        }
        try printText(found, recipe)
    }

    /// The losses over the rates, with the rate that is suggested.
    private static func figure(_ found: LearningRateFinder) -> Figure {
        var marks = [
            Mark.line(Series("loss of the step", x: found.rates, y: found.losses)),
            .line(Series("smoothed", x: found.rates, y: found.smoothed)),
        ]
        if let rate = found.recommended {
            marks.append(.events(Events(x: [rate], names: ["suggested \(rounded(rate))"])))
        }
        // The losses of single steps where it diverges would press all others flat.
        let high = found.smoothed.filter(\.isFinite).max()
        return Figure(
            title: "Losses of one step at each rate", x: Axis("learning rate", scale: .log),
            y: Axis("loss", high: high), marks: marks)
    }

    private func printText(_ found: LearningRateFinder, _ recipe: Recipe) throws {
        guard let first = found.rates.first, let last = found.rates.last else {
            throw KalsaeError(
                "--find-rate", expected: "a finite loss at the smallest rate", got: "none",
                advice: "look for wrong numbers in the data")
        }
        var table = TextTable("rate", "loss", "smoothed")
        let rows = 12
        for index in Self.spread(found.rates.count, rows) {
            table.add(
                Self.rounded(found.rates[index]), found.losses[index].short,
                found.smoothed[index].short)
        }
        for line in table.lines { try Console.print(line) }
        let picture = Self.picture(Self.spread(found.rates.count, 60).map { found.smoothed[$0] })
        try Console.print(
            "smoothed loss from \(Self.rounded(first)) to \(Self.rounded(last)): \(picture)")
        if found.hasDiverged { try Console.print("it diverges behind \(Self.rounded(last))") }
        guard let steepest = found.suggestion, let recommended = found.recommended else {
            return try Console.print("no rate is suggested: the loss never fell")
        }
        let lowest = found.lowest.map { ", is lowest at \(Self.rounded($0))" } ?? ""
        try Console.print(
            "the loss falls most steeply at \(Self.rounded(steepest))\(lowest)")
        try Console.print(
            "suggested: --learning-rate \(Self.rounded(recommended)) (\(recipe.optimizer.rawValue), "
                + "batch \(recipe.batch))")
    }

    /// A number of indices that are spread over all, the first and the last among them.
    private static func spread(_ count: Int, _ wanted: Int) -> [Int] {
        guard count > wanted else { return Array(0..<count) }
        return (0..<wanted).map { $0 * (count - 1) / (wanted - 1) }
    }

    /// Two digits that count, as in 0.012 or 1.5e-06.
    private static func rounded(_ rate: Double) -> String {
        guard rate > 0 else { return "\(rate)" }
        let scale = pow(10, floor(log10(rate)) - 1)
        return "\(Float((rate / scale).rounded() * scale))"
    }

    /// Numbers as bars of eighths, the greatest as a full one; those far above the first count as
    /// 1.2 times the first.
    private static func picture(_ numbers: [Double]) -> String {
        let bars = Array("▁▂▃▄▅▆▇█")
        guard let least = numbers.min(), let first = numbers.first else { return "" }
        let greatest = max(min(numbers.max() ?? first, 1.2 * first), least)
        return String(
            numbers.map { number in
                let share = greatest > least ? (number - least) / (greatest - least) : 0
                return bars[min(max(Int(share * 7.999), 0), 7)]
            })
    }
}
