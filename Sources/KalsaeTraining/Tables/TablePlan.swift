import KalsaeData
import KalsaeSupport

/// What an effort means for rows of a number: folds, batches, and the epochs of each candidate.
struct TablePlan {
    let folds: [Folds.Fold]
    /// Rows of a member's batch.
    let batch: Int
    /// Rows that a member sees in an epoch.
    let rowsPerEpoch: Int
    /// Steps of an epoch.
    let steps: Int
    /// The columns that get intervals: those with more than two values.
    let columns: [Int]
    /// What is tried, with its epochs.
    let candidates: [(candidate: TableCandidate, epochs: Int)]
    private let seed: Int

    /// Rows from which on members share one held part and see most of the others.
    private static let manyRows = 50_000
    private static let fewestRows = 4
    /// Folds by time where no number is asked for: the first one learns a sixth of the rows.
    private static let foldsByTime = 5
    /// Rows on which blends are found.
    private static let blendedRows = 20_000

    /// - Parameter count: the number of folds; nil for what the effort and the rows suggest.
    init(
        _ data: LabeledData, effort: TableEffort, folds count: Int? = nil, seed: Int
    ) throws(KalsaeError) {
        guard data.count >= Self.fewestRows, case .floats(let values) = data.features else {
            throw KalsaeError(
                "training", expected: "a table of at least \(Self.fewestRows.counting("row"))",
                got: "\(data.count.counting("row"))", advice: "use a network with --network")
        }
        self.seed = seed
        let all = try Self.folds(data, count, most: effort.folds(rows: data.count), seed: seed).all
        // Of many rows few folds say enough.
        let isCut = count == nil && data.count > Self.manyRows
        let kept = isCut ? (effort == .best ? 4 : 2) : all.count
        // By time the last ones learn the most.
        folds = Array(data.times == nil ? all.prefix(kept) : all.suffix(kept))
        let members = folds.count
        // By time some members have many times the rows of others.
        let counts = folds.map(\.train.count).sorted()
        let perMember = max(1, data.times == nil ? counts[0] : counts[counts.count / 2])
        rowsPerEpoch = perMember
        batch = min(max(perMember / 8, 32), perMember > 20_000 ? 1024 : 128, max(1, counts[0]))
        let steps = max(1, perMember / batch)
        self.steps = steps
        let width = data.featureShape.reduce(1, *)
        let columns = Self.columnsOfNumbers(values, width: width)
        self.columns = columns
        let outputs = data.targets.outputCount
        // Folds beyond those of the effort take longer rather than learn less.
        let budget = effort.budget * max(1, Double(members) / Double(effort.folds(rows: .max)))
        candidates = effort.candidates.filter { $0.bins == 0 || !columns.isEmpty }.map {
            candidate in
            let cost = candidate.cost(inputs: width, columns: columns.count, outputs: outputs)
            let perEpoch = cost * Double(members * steps) * Double(min(perMember, 1 << 30) / steps)
            let wanted = max(effort.epochs, (effort.fewestSteps + steps - 1) / steps)
            let allowed = Int(min(budget / max(perEpoch, 1), 1e6))
            return (candidate, max(3, min(wanted, allowed)))
        }
    }

    /// Folds by time where rows have one, with groups whole where there are some, else at random.
    private static func folds(
        _ data: LabeledData, _ count: Int?, most: Int, seed: Int
    ) throws(KalsaeError) -> Folds {
        if let times = data.times {
            let usual = min(most, Self.foldsByTime, data.count / 3 - 1, Set(times).count - 1)
            return try Folds(times: times, count: count ?? max(2, usual))
        }
        var classes: [Int32]?
        if case .classes(let own, _) = data.targets { classes = own }
        let parts = data.groups.map { Set($0).count } ?? data.count / 2
        return try Folds(
            rows: data.count, count: count ?? max(2, min(most, parts)), classes: classes,
            groups: data.groups,
            seed: UInt64(bitPattern: Int64(seed)))
    }

    /// Rows to find a blend on: all, or some of many.
    func sample(_ rows: [Int]) -> [Int] {
        guard rows.count > Self.blendedRows else { return rows }
        var order = rows
        var generator = Philox(
            seed: UInt64(bitPattern: Int64(seed)), stream: TableStream.sample)
        generator.shuffle(&order)
        return Array(order.prefix(Self.blendedRows))
    }

    /// Columns with more than two values.
    private static func columnsOfNumbers(_ values: [Float], width: Int) -> [Int] {
        (0..<width).filter { column in
            var seen: [Float] = []
            for position in stride(from: column, to: values.count, by: width)
            where !seen.contains(values[position]) {
                seen.append(values[position])
                if seen.count > 2 { return true }
            }
            return false
        }
    }
}

/// The random streams of training on tables, so that no two uses share numbers.
enum TableStream {
    static let batches: UInt64 = 0x4241_5443
    static let sample: UInt64 = 0x5341_4d50
}
