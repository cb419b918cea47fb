import KalsaeData
import KalsaeFiles
import KalsaeSupport

/// What a verb is pointed at: the name of a set, or a table's file.
struct Source {
    /// The name as it was given.
    let name: String
    /// The path of the table; nil for sets and for standard input.
    let file: String?
    /// The files that are read for it.
    let files: ReadFiles
    let parts: DataParts
    /// The table before it was split; nil for sets.
    let table: PreparedTable?
    /// What was taken for granted of a table; nil for sets.
    let taken: TakenForGranted?

    /// Loads a named set or a CSV file in its three parts.
    ///
    /// - Parameters:
    ///   - name: `iris`, `mnist`, …, the file name of a table in the data folders, or a path.
    ///   - target: the column to predict; only for files, where it is needed.
    ///   - split: the rows of a table that are held out.
    ///   - validates: whether some rows must be there to choose the best epoch by.
    ///   - reading: how its file is read.
    ///   - columns: what its columns are, where guesses are overruled.
    ///   - memory: bytes that data may take; nil for any number.
    ///   - images: how a folder of images is read.
    ///   - fits: throws where a network does not fit numbers of inputs and outputs; of a large table it
    ///     is asked before all rows are read again.
    init(
        _ name: String, target: String?, seed: Int, split: SplitOptions? = nil,
        validates: Bool = true, reading: CSVOptions = CSVOptions(),
        columns: TableOptions = TableOptions(), memory: Int? = nil, images: ImageOptions? = nil,
        fits: (Int, Int) throws(KalsaeError) -> Void = { _, _ in }
    ) throws(KalsaeError) {
        let bits = UInt64(bitPattern: Int64(seed))
        self.name = name
        var files = ReadFiles()
        if let set = NamedSet(rawValue: name) {
            try images?.refuse(for: name)
            let refused = [
                (target != nil, "--target"),
                ((split?.validation ?? split?.test) != nil, "--validation, --test"),
                (
                    columns != TableOptions(),
                    "--column, --drop, --task, --loss, --weight, --group, --time"
                ),
                (reading != CSVOptions(), "options of how tables are read"),
            ]
            if let (_, options) = refused.first(where: { $0.0 }) {
                throw KalsaeError(
                    options, expected: "a CSV file to go with", got: "the set \(name)")
            }
            let whole = Split.Fractions(validation: 0, test: 0)
            let fractions = try split?.fractions(of: set) ?? .standard
            parts = try set.load(
                fractions: split?.folds == nil ? fractions : whole, rows: split?.rows, seed: bits)
            (file, self.files) = (nil, files)
            (table, taken) = (nil, nil)
            return
        }
        guard split?.rows == nil else {
            throw KalsaeError(
                "--rows", expected: "mnist or fashion-mnist to go with", got: name)
        }
        if let set = FileSet(path: name) {
            try Source.checkOptions(
                for: set, target: target, split: split, isTabular: Self.isTabular(columns, set),
                isRead: reading != CSVOptions())
            var images = try images?.set() ?? FileSet.Options()
            images.target = target
            (images.task, images.loss) = (columns.task, columns.loss)
            (images.weight, images.group, images.time) = (
                columns.weight, columns.group, columns.time
            )
            (images.validation, images.test) = (split?.validation, split?.test)
            images.isWhole = split?.folds != nil
            let fractions = try split?.fractions(validates: validates) ?? .standard
            parts = try set.load(
                name: FileIdentity.stem(of: name), options: images, fractions: fractions, seed: bits
            )
            for path in [name, split?.validation, split?.test] { files.add("the data", path) }
            (file, self.files) = (name, files)
            (table, taken) = (nil, nil)
            return
        }
        let path = try Source.path(ofData: name)
        let large = memory.flatMap { LargeTable(path, memory: $0) }
        let fractions = try split?.fractions(validates: validates) ?? .standard
        files.add("the table", path)
        files.add("the table", split?.validation)
        files.add("the table", split?.test)
        let isPipe = FileBytes.isInheritedPipe(path)
        (file, self.files) = (isPipe ? nil : path, files)
        let title = isPipe ? "table" : FileIdentity.stem(of: name)
        if large != nil, target == nil {
            throw Source.noTarget(
                name, try CSVPasses(path: path, options: reading).first.columns.map(\.name))
        }
        if let large, let target, validates {
            let streamed = try large.streamed(
                target: target, options: columns, reading: reading, seed: bits)
            var own = reading
            own.header = streamed.sample.table.hasHeader ? .present : .absent
            parts = try large.parts(
                of: streamed, name: title, fractions: fractions, split: split,
                validation: try Source.part(split?.validation, own),
                test: try Source.part(split?.test, own), seed: bits, fits: fits)
            table = nil
            taken = TakenForGranted(
                reading: streamed.sample.reading, columns: streamed.prepared.guesses,
                sample: TakenForGranted.Sample(
                    rows: streamed.sample.rows.count, isLearned: false))
            return
        }
        var sample: TableSample?
        if let large, let target {
            sample = try large.sample(target: target, reading: reading, seed: bits)
        }
        let table: Table
        if let sample {
            table = sample.table
        } else {
            table = try Source.table(at: path, options: reading)
        }
        guard let target else {
            throw Source.noTarget(name, table.columns.map(\.name))
        }
        try Source.check(target, in: table)
        let prepared = try PreparedTable(table, target: target, options: columns)
        guard !prepared.hasOneTime else {
            throw KalsaeError(
                "--time", expected: "rows of different times",
                got: "one time in all rows of \"\(columns.time ?? "")\"",
                advice: "without it rows are split at random")
        }
        var own = reading
        own.header = table.hasHeader ? .present : .absent
        // A plain network's folds hold out rows themselves.
        let isWhole = split?.folds != nil && validates
        parts = try prepared.parts(
            isWhole ? prepared.allRows : try prepared.split(fractions, seed: bits),
            name: title, validation: try Source.part(split?.validation, own),
            test: try Source.part(split?.test, own))
        self.table = prepared
        taken = TakenForGranted(
            reading: sample?.reading ?? table.csv.guesses, columns: prepared.guesses,
            sample: sample.map { TakenForGranted.Sample(rows: $0.rows.count, isLearned: true) })
        tellCopies()
    }

    /// Tells where a fifth of the rows are copies of others, which then may be on both sides of a split.
    private func tellCopies() {
        // Rows of few categories are alike by themselves.
        guard parts.train.groups == nil, parts.train.times == nil,
            let encoder = parts.encoder, encoder.numberCount > 1
        else { return }
        let copies = parts.train.copies()
        guard copies >= 20, copies * 5 >= parts.train.count else { return }
        Notice.say(
            "\(name): \(copies) of the \(parts.train.count.counting("row")) to learn are copies of others: rows "
                + "held out may have been learned, and numbers are too good if new rows do not "
                + "repeat as much; --group COLUMN keeps copies together")
    }

    /// Where a row of training or validation is found, as `row 17 (line 19) of houses.csv`; nil where
    /// that is not known.
    func location(part: String, row: Int, _ language: TextLanguage) -> String? {
        let data = part == "train" ? parts.train : parts.validation
        if let images = data.images, images.sources.indices.contains(row) {
            return images.sources[row].path
        }
        guard let rows = part == "train" ? parts.split?.train : parts.split?.validation,
            rows.indices.contains(row)
        else { return nil }
        return table?.location(of: rows[row], language)
            ?? language(
                "row \(rows[row]) of the training rows of \(name), from 0,",
                "\(name)의 학습용 데이터 \(rows[row])행(0부터)")
    }

    private static func noTarget(_ name: String, _ columns: [String]) -> KalsaeError {
        KalsaeError(
            name, expected: "--target with a column", got: "none",
            advice: "columns: \(columns.joined(separator: ", "))")
    }

    /// Whether options are about the columns of a table; arrays have a task, and marks of rows, too.
    private static func isTabular(_ options: TableOptions, _ set: FileSet) -> Bool {
        var options = options
        if set.kind == .arrays {
            (options.task, options.loss) = (.automatic, nil)
            (options.weight, options.group, options.time) = (nil, nil, nil)
        }
        return options != TableOptions()
    }

    /// Throws for options that need a table.
    private static func checkOptions(
        for set: FileSet, target: String?, split: SplitOptions?, isTabular: Bool, isRead: Bool
    ) throws(KalsaeError) {
        let refused = [
            (target != nil && set.kind != .arrays, "--target"),
            (isTabular, "--column, --drop, --task, --loss, --weight, --group, --time"),
            (isRead, "options of how tables are read"),
        ]
        guard let (_, options) = refused.first(where: { $0.0 }) else { return }
        throw KalsaeError(
            options, expected: "a CSV file to go with",
            got: set.kind == .images ? "a folder of images, \(set.path)" : set.path)
    }

    /// A table of its own for a part.
    private static func part(
        _ path: String?, _ reading: CSVOptions
    ) throws(KalsaeError) -> Table? {
        guard let path else { return nil }
        return try self.table(at: Source.path(ofTable: path), options: reading)
    }

    /// Reads a table; a model that was given in its place is called one.
    static func table(
        at path: String, options: CSVOptions = CSVOptions()
    ) throws(KalsaeError) -> Table {
        guard !ModelArgument.isModel(path) else {
            throw KalsaeError(path, expected: "a table", got: "a model", advice: "give a CSV file")
        }
        return Table(try CSV(path: path, options: options))
    }

    /// The path of a table as a verb takes it; a name that is neither a set's nor a file's is refused.
    static func path(ofData name: String) throws(KalsaeError) -> String {
        guard NamedText(rawValue: name) == nil else {
            throw KalsaeError(
                name, expected: "rows with a target", got: "a text",
                advice: "see `kalsae lesson characters`")
        }
        guard name == "-" || name.contains("/") || name.contains(".") else {
            let sets = NamedSet.allCases.map(\.rawValue)
            let near = SpellingSuggestion.of(
                name, in: sets + NamedText.allCases.map(\.rawValue))
            throw KalsaeError(
                name,
                expected: sets.joined(separator: ", ")
                    + ", the path of a CSV file, or - for standard input", got: "neither",
                advice: near.map { "did you mean \"\($0)\"?" } ?? "see `kalsae data list`")
        }
        return path(ofTable: name)
    }

    /// The path itself, or that of a table in the data folders where there is no such file here.
    static func path(ofTable name: String) -> String {
        DataFolders.isReadable(name) ? name : DataFolders.table(named: name) ?? name
    }

    /// Throws for a number that no column has.
    static func check(_ column: String, in table: Table) throws(KalsaeError) {
        let names = table.columns.map(\.name)
        guard !names.contains(column), let number = Int(column),
            !(1...names.count).contains(number)
        else { return }
        throw KalsaeError(
            table.subject, expected: "a column from 1 to \(names.count)", got: "\(number)",
            advice: "columns: " + Self.numbered(names))
    }

    private static func numbered(_ names: [String]) -> String {
        let shown = names.prefix(12).enumerated().map { "\($0 + 1) \($1)" }.joined(separator: ", ")
        return names.count > 12 ? "\(shown) and \(names.count - 12) more" : shown
    }
}
