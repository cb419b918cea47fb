import KalsaeFiles
import KalsaeSupport

extension DataParts {
    /// A table in three parts, encoded by what its training rows alone tell.
    ///
    /// `target` is a column's name, or its number counted from 1; `options` overrules guesses. Rows without a target are left
    /// out, with a notice. Throws for an unknown target, too few rows, or cells that cannot be
    /// used.
    public init(
        _ table: Table, name: String, target: String, options: TableOptions = TableOptions(),
        fractions: Split.Fractions = .standard, seed: UInt64
    ) throws(KalsaeError) {
        let column = try table.position(of: target)
        let labeled = TargetEncoder.labeledRows(table, column: column)
        var encoder = try TargetEncoder.fit(table, column: column, task: options.task)
        if labeled.count < table.rowCount {
            Notice.say(
                "\(table.subject): \(table.rowCount - labeled.count) of \(table.rowCount) rows left "
                    + "out: their \"\(encoder.name)\" is missing")
        }
        let targets = try encoder.targets(of: table, column: column, rows: labeled)
        var classes: [Int32]?
        if case .classes(let indices, _) = targets { classes = indices }
        let split = try Split(
            count: labeled.count, classes: classes, fractions: fractions, seed: seed)
        let rows = split.train.map { labeled[$0] }
        if classes == nil {
            encoder = try TargetEncoder.fit(table, column: column, task: .regression, rows: rows)
        }
        let whole = try TableEncoder.fit(
            table, target: encoder, rows: rows, labeled: labeled, scaling: options.scaling)
        self.init(
            name: name, train: try whole.data(of: table, rows: rows),
            validation: try whole.data(of: table, rows: split.validation.map { labeled[$0] }),
            test: try whole.data(of: table, rows: split.test.map { labeled[$0] }),
            encoder: whole)
    }
}
