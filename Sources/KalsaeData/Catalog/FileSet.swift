import KalsaeFiles
import KalsaeSupport

/// A data set that lies in files but is no table: a folder of images by class, CIFAR's binary files,
/// or NumPy's arrays.
public struct FileSet: Sendable, Equatable {
    /// What the files are.
    public enum Kind: Sendable {
        /// A folder with a folder of PNG or JPEG files for each class.
        case images
        /// A folder with the binary files of CIFAR-10 or CIFAR-100, or one of these files.
        case cifar
        /// An NPZ file with inputs and targets.
        case arrays
    }

    /// How files become data.
    public struct Options: Sendable {
        /// How folders of images do.
        public var images = ImageFolder.Options()
        /// The array that is predicted, of an NPZ file.
        public var target: String?
        /// Whether the targets of an NPZ file are classes or numbers.
        public var task = TargetEncoder.Task.automatic
        /// What predictions of numbers are to make small; nil for squares. A loss asks for a regression.
        public var loss: TargetLoss?
        /// The scale of numbers to predict; nil for that of the training rows.
        package var scale: TargetScale?
        /// Arrays of an NPZ file with a number for each row: how much it counts, which rows belong
        /// together, and when each was. Groups and times decide how rows are divided.
        public var weight: String?, group: String?, time: String?
        /// The path of a set of its own to validate on, and of one to test on.
        public var validation: String?, test: String?
        /// Whether all rows that do not test are trained on, for folds.
        public var isWhole = false

        /// What suits the files.
        public init() {}
    }

    /// What the files are.
    public let kind: Kind
    /// The path of the folder or file.
    public let path: String

    /// The set at a path; nil where a table may be.
    public init?(path: String) {
        if FolderListing.isFolder(path) {
            kind = CIFARFiles.found(path) == nil ? .images : .cifar
        } else if path.lowercased().hasSuffix(".npz"), DataFolders.isReadable(path) {
            kind = .arrays
        } else if CIFARFiles.kind(ofFile: path) != nil {
            kind = .cifar
        } else {
            return nil
        }
        self.path = path
    }

    /// The set in three parts, by seed. Sets with a test part of their own keep it, and validation
    /// takes its share of what they train on.
    ///
    /// - Parameters:
    ///   - name: what the set is called.
    ///   - fractions: the shares that are held out.
    /// - Throws: a `KalsaeError` where files are missing, damaged or do not fit together.
    public func load(
        name: String, options: Options = Options(), fractions: Split.Fractions = .standard,
        seed: UInt64
    ) throws(KalsaeError) -> DataParts {
        var parts =
            kind == .images
            ? try images(name: name, options, fractions: fractions, seed: seed)
            : try rows(name: name, options, fractions: fractions, seed: seed)
        func own(_ path: String?) throws(KalsaeError) -> LabeledData? {
            guard let path else { return nil }
            return try part(path, like: parts.train, options)
        }
        let (validation, test) = (try own(options.validation), try own(options.test))
        guard validation != nil || test != nil else { return try parts.rescaled(path) }
        var split = parts.split
        if let old = split {
            split = Split(
                train: old.train, validation: validation == nil ? old.validation : [],
                test: test == nil ? old.test : [])
        }
        parts = DataParts(
            name: parts.name, train: parts.train, validation: validation ?? parts.validation,
            test: test ?? parts.test)
        parts.split = split
        return try parts.rescaled(path)
    }

    private func images(
        name: String, _ options: Options, fractions: Split.Fractions, seed: UInt64
    ) throws(KalsaeError) -> DataParts {
        let folder = try ImageFolder(path: path)
        return options.isWhole
            ? try folder.whole(name: name, options: options.images)
            : try folder.load(
                name: name, options: options.images, fractions: fractions, seed: seed)
    }

    private func rows(
        name: String, _ options: Options, fractions: Split.Fractions, seed: UInt64
    ) throws(KalsaeError) -> DataParts {
        let (all, test) = try read(options)
        if options.isWhole {
            let none = try all.rows([])
            return DataParts(name: name, train: all, validation: none, test: test ?? none)
        }
        var shares = fractions
        if test != nil { shares = Split.Fractions(validation: fractions.validation, test: 0) }
        let split = try Split(all.traits, fractions: shares, seed: seed)
        let rest = try all.rows(split.test)
        var parts = DataParts(
            name: name, train: try all.rows(split.train),
            validation: try all.rows(split.validation), test: test ?? rest)
        parts.split = split
        return parts
    }

    /// The rows of a set of its own for a part, in the size and with the classes of those that are
    /// trained on.
    private func part(
        _ path: String, like train: LabeledData, _ options: Options
    ) throws(KalsaeError) -> LabeledData {
        guard let set = FileSet(path: path), (set.kind == .images) == (kind == .images) else {
            throw KalsaeError(
                path,
                expected: kind == .images
                    ? "a folder with a folder of images for each class"
                    : "an NPZ file, or files of CIFAR", got: "another kind of data, or none")
        }
        var own = options
        // Which rows are held out is decided here.
        (own.group, own.time) = (nil, nil)
        let data = try set.measured(
            shape: train.featureShape, classNames: train.targets.names, options: own)
        guard data.featureShape == train.featureShape, data.targets.isLike(train.targets),
            data.features.isLike(train.features)
        else {
            throw KalsaeError(
                path, expected: "rows like those of \(self.path), \(train.featureShape)",
                got: "\(data.featureShape), or another kind of numbers or targets")
        }
        return data
    }

    /// The rows that a model is measured on, as inputs of a shape and numbers of its classes, or on its
    /// scale: those of the test part where there is one, else all.
    ///
    /// - Throws: a `KalsaeError` for classes that the model does not know, too.
    package func measured(
        shape: [Int], classNames: [String], scale: TargetScale? = nil, options: Options = Options()
    ) throws(KalsaeError) -> LabeledData {
        var options = options
        if let scale { (options.scale, options.task) = (scale, .regression) }
        guard kind == .images else {
            let (all, test) = try read(options)
            return try (test ?? all).renamed(to: classNames, subject: path)
        }
        let folder = try ImageFolder(path: path)
        guard shape.count == 3, let images = folder.parts[.test] ?? folder.parts[.train] else {
            throw KalsaeError(
                path, expected: "a model of images", got: "one of inputs \(shape)")
        }
        let layout = ImageLayout(width: shape[1], height: shape[0], channels: shape[2])
        return try folder.data(images, layout, options.images)
            .renamed(to: classNames, subject: path)
    }

    /// The inputs that a file holds, with their shape, whether it has targets or not: those of an NPY
    /// or NPZ file, of CIFAR's test part; nil for others.
    package static func inputs(
        path: String
    ) throws(KalsaeError) -> (LabeledData.Features, shape: [Int])? {
        if let set = FileSet(path: path) {
            guard set.kind != .images else { return nil }
            if set.kind == .arrays, let lone = try ArrayFiles.lone(path) { return lone }
            let (all, test) = try set.read(Options())
            return ((test ?? all).features, all.featureShape)
        }
        guard path.lowercased().hasSuffix(".npy") else { return nil }
        return try ArrayFiles.inputs(of: NPY(path: path), subject: path)
    }

    private func read(
        _ options: Options
    ) throws(KalsaeError) -> (train: LabeledData, test: LabeledData?) {
        if let set = CIFARFiles.kind(ofFile: path) {
            return (try CIFARFiles.read([path], in: nil, set), nil)
        }
        guard kind == .cifar, let (set, folder) = CIFARFiles.found(path) else {
            return try ArrayFiles.read(path, options)
        }
        return (
            try CIFARFiles.read(set.train, in: folder, set),
            try CIFARFiles.read([set.test], in: folder, set)
        )
    }
}

extension LabeledData.Targets {
    /// The names of the classes; none for values.
    fileprivate var names: [String] {
        if case .classes(_, let names) = self { names } else { [] }
    }

    /// Whether both are classes of the same names, or both values.
    fileprivate func isLike(_ other: Self) -> Bool {
        switch (self, other) {
        case (.classes(_, let a), .classes(_, let b)): a == b
        case (.values, .values): true
        default: false
        }
    }
}

extension LabeledData.Features {
    /// Whether both are floats, or both bytes.
    fileprivate func isLike(_ other: Self) -> Bool {
        switch (self, other) {
        case (.floats, .floats), (.bytes, .bytes), (.images, .images): true
        default: false
        }
    }
}

extension LabeledData {
    /// The rows with the numbers that their classes have among other names.
    fileprivate func renamed(
        to names: [String], subject: String
    ) throws(KalsaeError) -> LabeledData {
        guard case .classes(let classes, let own) = targets, own != names, !names.isEmpty else {
            return self
        }
        var numbers: [Int32] = []
        for (index, name) in own.enumerated() {
            let number = names.firstIndex(of: name)
            guard number != nil || !classes.contains(Int32(index)) else {
                throw KalsaeError(
                    subject,
                    expected: "classes that the model knows: "
                        + names.prefix(12).map { "\"\($0)\"" }.joined(separator: ", "),
                    got: "\"\(name)\"")
            }
            numbers.append(Int32(number ?? 0))
        }
        return LabeledData(
            fitting: features, featureShape,
            .classes(classes.map { numbers[Int($0)] }, names: names))
    }
}
