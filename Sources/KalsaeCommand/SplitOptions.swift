import ArgumentParser
import KalsaeData
import KalsaeSupport

/// Which rows of a table are held out.
struct SplitOptions: ParsableArguments {
    @Option(
        help: """
            Shares of a table for training, validation and test, as in 80/10/10, or for training and \
            test, as in 80/20. Without it all rows are learned, cross-validated; a plain network \
            takes 70/15/15.
            """)
    var split: String?

    @Option(
        help: """
            A file of rows to validate on, instead of a share: a CSV file of a table, a folder or NPZ \
            file of such, a text of a text.
            """, completion: .file())
    var validation: String?

    @Option(help: "The same to test on.", completion: .file())
    var test: String?

    @Option(
        help: """
            The number of folds: each row is measured by models that did not see it, and the report \
            has the mean and the deviation over the folds. Without it the default learner has 4 \
            (--effort quick), 8 or 10, of fewer than 2,500 rows 16; plain networks have none.
            """)
    var folds: Int?

    @Flag(
        help: "Once held-out rows were measured, train anew on all rows; the default without any.")
    var allRows = false

    @Option(
        help: """
            Where to write what was predicted for each row of a CSV file that was held out, by the fold's \
            model that did not learn it: its row, part, target, prediction and probabilities.
            """, completion: .file())
    var predictions: String?

    @Option(
        help: """
            Learn and validate on the first so many rows of mnist or fashion-mnist; their test part \
            stays whole.
            """)
    var rows: Int?

    /// The shares that a set gives away that goes by a name.
    func fractions(of set: NamedSet) throws(KalsaeError) -> Split.Fractions {
        guard let split else { return .standard }
        let fractions = try fractions(validates: true)
        guard set == .iris || set == .digits || fractions.test == 0 else {
            throw KalsaeError(
                "--split", expected: "no share for the test, which \(set.rawValue) has of its own",
                got: split, advice: "write 80/20/0")
        }
        return fractions
    }

    /// The shares that a table gives away.
    ///
    /// - Parameters:
    ///   - validates: whether some rows must be there to choose the best epoch by.
    ///   - standard: the shares where none are asked for.
    func fractions(
        validates: Bool, standard: Split.Fractions = .standard
    ) throws(KalsaeError) -> Split.Fractions {
        guard let split else {
            let ownValidation = validation == nil && validates
            // With files of one's own the table gives only what training cannot do without.
            return Split.Fractions(
                validation: ownValidation ? standard.validation : 0,
                test: validation == nil && test == nil && validates ? standard.test : 0)
        }
        let (named, last) = try Split.Fractions.shares(parsing: split)
        guard test == nil || last == 0 else {
            throw KalsaeError(
                "--test", expected: "a share of 0 for the test in --split", got: split,
                advice: "give --test a file or --split a share")
        }
        guard validation == nil || named ?? 0 == 0 else {
            throw KalsaeError(
                "--validation", expected: "a share of 0 for validation in --split", got: split,
                advice: "give --validation a file or --split a share")
        }
        guard validates, validation == nil else {
            return Split.Fractions(validation: 0, test: last)
        }
        let share = named ?? standard.validation * (1 - last)
        guard share > 0 else {
            throw KalsaeError(
                "--split", expected: "a share to validate on, by which the best epoch is chosen",
                got: split, advice: "write 80/10/10, or leave out the options of a plain network")
        }
        return Split.Fractions(validation: share, test: last)
    }
}
