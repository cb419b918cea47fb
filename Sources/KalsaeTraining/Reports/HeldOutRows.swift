import KalsaeData

/// Rows of a table with what was predicted for them by models that did not learn them: what
/// `cross_val_predict` of scikit-learn gives.
public struct HeldOutRows: Sendable {
    /// What held each row out: `fold 3`, `validation`, `test`, or `validation, fold 3` of a row of a file
    /// for validation that was learned too.
    public private(set) var parts: [String]
    /// The rows among those with a target, from 0: of the table, or of the file that a part is.
    public private(set) var rows: [Int]
    /// Whether each row is one of the table.
    public private(set) var areOfTable: [Bool]
    /// Predictions beside truths, in the same order.
    package private(set) var measured: MeasuredRows

    /// The same part for all rows.
    ///
    /// - Parameter rows: the rows of the table; nil where the part is a file of its own.
    init(_ part: String, rows: [Int]?, _ measured: MeasuredRows) {
        parts = Array(repeating: part, count: measured.count)
        self.rows = rows ?? Array(0..<measured.count)
        areOfTable = Array(repeating: rows != nil, count: measured.count)
        self.measured = measured
    }

    /// Rows of folds that were divided.
    ///
    /// - Parameters:
    ///   - folds: the rows of each fold among those that were learned.
    ///   - order: which of them each measured row is.
    ///   - numbers: the rows of the table that were learned, in their order.
    init(folds: [[Int]], order: [Int], numbers: [Int], _ measured: MeasuredRows) {
        var fold: [Int: Int] = [:]
        for (number, rows) in folds.enumerated() {
            for row in rows { fold[row] = number + 1 }
        }
        areOfTable = order.map { numbers.indices.contains($0) }
        parts = zip(order, areOfTable).map { row, isOfTable in
            (isOfTable ? "" : "validation, ") + "fold \(fold[row] ?? 0)"
        }
        rows = zip(order, areOfTable).map { row, isOfTable in
            isOfTable ? numbers[row] : row - numbers.count
        }
        self.measured = measured
    }

    /// The predicted class of a row, or its number.
    public func prediction(_ index: Int) -> String {
        switch measured.outcomes {
        case .classes(_, _, let names): names[measured.predicted(index) ?? 0]
        case .values(let predicted, _): "\(predicted[index])"
        }
    }

    /// The probabilities of all classes; none of numbers.
    public func probabilities(_ index: Int) -> [Double] {
        guard case .classes(let all, _, let names) = measured.outcomes else { return [] }
        return Array(all[(index * names.count)..<((index + 1) * names.count)])
    }

    /// The true class of a row, or its number as the network got it.
    public func truth(_ index: Int) -> String {
        switch measured.outcomes {
        case .classes(_, let actual, let names): names[actual[index]]
        case .values(_, let actual): "\(Float(actual[index]))"
        }
    }
}

extension TrainingRun {
    /// What the network of an outcome says of the rows for validation, which chose its epoch, and of the
    /// test, by another pass over them; nothing of one that learned them in the end.
    public func heldOutRows(of outcome: Outcome) throws -> [HeldOutRows] {
        guard !outcome.learnedAll else { return [] }
        let decision = try ModelMetadata(outcome.file, path: data.name).decision
        let parts = [
            ("validation", data.validation, data.split?.validation),
            ("test", data.test, data.split?.test),
        ]
        return try parts.filter { $0.1.count > 0 }.map { name, own, rows in
            let measured = try Measurement(outcome.file.model, own, decision: decision)
            return HeldOutRows(name, rows: rows?.count == own.count ? rows : nil, measured.rows)
        }
    }
}
