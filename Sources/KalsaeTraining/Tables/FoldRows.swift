import KalsaeSupport

/// Rows in folds: each is held out once, and trained on by the members of the other folds.
struct FoldRows: Sendable {
    /// For each fold the rows that its member trains on, ascending.
    let train: [[Int32]]
    /// For each fold the rows that its member does not see, ascending.
    let held: [[Int32]]

    /// Random folds of sizes that differ by one at most; with `classes`, each class is spread over all.
    init(rows: Int, count: Int, classes: [Int32]?, seed: UInt64) {
        var order = (0..<Int32(rows)).map { $0 }
        var generator = Philox(seed: seed, stream: TableStream.folds)
        generator.shuffle(&order)
        if let classes {
            // Stable by position, so that each class keeps its random order.
            let sorted = order.enumerated().sorted {
                (classes[Int($0.element)], $0.offset) < (classes[Int($1.element)], $1.offset)
            }
            order = sorted.map(\.element)
        }
        var foldOfRow = [Int](repeating: 0, count: rows)
        for (position, row) in order.enumerated() { foldOfRow[Int(row)] = position % count }
        self.init(foldOfRow, count: count)
    }

    /// Folds by the number of each row's fold.
    init(_ foldOfRow: [Int], count: Int) {
        var held = [[Int32]](repeating: [], count: count)
        var train = held
        for (row, own) in foldOfRow.enumerated() {
            for fold in 0..<count {
                if fold == own {
                    held[fold].append(Int32(row))
                } else {
                    train[fold].append(Int32(row))
                }
            }
        }
        (self.train, self.held) = (train, held)
    }

    /// The folds in use, of which there may be fewer than were made: the first `count`.
    func prefix(_ count: Int) -> FoldRows {
        FoldRows(train: Array(train.prefix(count)), held: Array(held.prefix(count)))
    }

    private init(train: [[Int32]], held: [[Int32]]) {
        self.train = train
        self.held = held
    }
}

/// The random streams of training on tables, so that no two uses share numbers.
enum TableStream {
    static let folds: UInt64 = 0x464f_4c44
    static let batches: UInt64 = 0x4241_5443
    static let sample: UInt64 = 0x5341_4d50
}
