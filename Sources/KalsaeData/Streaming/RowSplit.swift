import KalsaeFiles
import KalsaeSupport

/// Which part each row of a table is in that does not fit into memory: at random by the row's number,
/// or by its group.
struct RowSplit {
    enum Part { case train, validation, test }

    var validation = 0.0
    var test = 0.0
    private let group: String?
    private let hash: RowHash

    init(_ options: TableOptions, seed: UInt64, validation: Double = 0, test: Double = 0) {
        (group, self.validation, self.test) = (options.group, validation, test)
        hash = RowHash(.split, seed: seed)
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
