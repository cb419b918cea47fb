import KalsaeFiles
import KalsaeSupport

/// Which part each row of a table is in that does not fit into memory: at random by the row's number,
/// by its group, or by its time.
struct RowSplit {
    enum Part { case train, validation, test }

    var validation = 0.0
    var test = 0.0
    private let group: String?
    private let hash: RowHash
    /// From which times on rows validate, and test; nil where time plays no part.
    private var borders: (validation: Double, test: Double)?

    init(_ options: TableOptions, seed: UInt64, validation: Double = 0, test: Double = 0) {
        (group, self.validation, self.test) = (options.group, validation, test)
        hash = RowHash(.split, seed: seed)
    }

    /// Has rows split by time: the newest test, those before them validate, and rows of one moment stay
    /// together.
    ///
    /// - Parameter times: those of rows that were drawn at random, whose quantiles are the borders.
    mutating func split(byTimes times: [Double]) throws(KalsaeError) {
        let sorted = times.sorted()
        func border(_ share: Double) -> Double {
            guard share > 0, let last = sorted.last else { return .infinity }
            let position = Int(((1 - share) * Double(sorted.count)).rounded())
            return position < sorted.count ? sorted[position] : last
        }
        let own = (border(validation + test), border(test))
        guard sorted.first.map({ $0 < own.0 }) ?? false else {
            throw KalsaeError(
                "--time", expected: "rows before those that validate and test",
                got: "too few different times",
                advice: "hold rows out by files: --validation FILE --test FILE")
        }
        borders = own
    }

    /// The part of a row: by its time where rows are split by that, else by its key.
    func part(_ key: UInt64, time: Double?) -> Part {
        guard let borders, let time else { return part(key) }
        return time >= borders.test ? .test : time >= borders.validation ? .validation : .train
    }

    func part(_ key: UInt64) -> Part {
        let number = hash.uniform(key)
        return number < validation ? .validation : number < validation + test ? .test : .train
    }

    /// What decides the part of each row of a table, whose numbers in the file are given.
    func keys(of table: Table, numbers: [Int]) throws(KalsaeError) -> [UInt64] {
        guard let groups = try Self.groupKeys(table, group) else {
            return numbers.map { UInt64($0) }
        }
        return zip(groups, numbers).map { $0 ?? UInt64($1) }
    }

    /// A number for the group of each row, nil for one without; nil without a column of groups.
    static func groupKeys(
        _ table: Table, _ group: String?
    ) throws(KalsaeError) -> [UInt64?]? {
        guard let group else { return nil }
        let texts = table.texts(of: try table.position(of: group))
        let keys = texts.names.map { name in
            name.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
                as UInt64
        }
        return texts.codes.map { $0 < 0 ? nil : keys[Int($0)] }
    }
}
