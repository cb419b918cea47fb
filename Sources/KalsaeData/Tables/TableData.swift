import KalsaeFiles
import KalsaeSupport

extension DataParts {
    /// A table in three parts, encoded by what its training rows alone tell.
    ///
    /// `target` is a column's name, or its number counted from 1; `options` overrules guesses. Rows
    /// without a target are left out, with a notice. Throws for an unknown target, too few rows, or
    /// cells that cannot be used.
    ///
    /// - Parameters:
    ///   - validation: a table of its own to validate on; without it, a share of this one.
    ///   - test: a table of its own to test on; without it, a share of this one.
    public init(
        _ table: Table, name: String, target: String, options: TableOptions = TableOptions(),
        fractions: Split.Fractions = .standard, validation: Table? = nil, test: Table? = nil,
        seed: UInt64
    ) throws(KalsaeError) {
        let prepared = try PreparedTable(table, target: target, options: options)
        let shares = Split.Fractions(
            validation: validation == nil ? fractions.validation : 0,
            test: test == nil ? fractions.test : 0)
        let split = try prepared.split(shares, seed: seed)
        self = try prepared.parts(split, name: name, validation: validation, test: test)
    }
}
