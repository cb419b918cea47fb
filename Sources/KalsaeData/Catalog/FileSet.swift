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
        if kind == .images {
            return try ImageFolder(path: path).load(
                name: name, options: options.images, fractions: fractions, seed: seed)
        }
        let (all, test) = try read(target: options.target, task: options.task)
        var shares = fractions
        if test != nil { shares = Split.Fractions(validation: fractions.validation, test: 0) }
        var classes: [Int32]?
        if case .classes(let own, _) = all.targets { classes = own }
        let split = try Split(count: all.count, classes: classes, fractions: shares, seed: seed)
        let rest = try all.rows(split.test)
        var parts = DataParts(
            name: name, train: try all.rows(split.train),
            validation: try all.rows(split.validation), test: test ?? rest)
        parts.split = split
        return parts
    }

    /// The rows that a model is measured on, as inputs of a shape and numbers of its classes: those of
    /// the test part where there is one, else all.
    ///
    /// - Throws: a `KalsaeError` for classes that the model does not know, too.
    package func measured(
        shape: [Int], classNames: [String], options: Options = Options()
    ) throws(KalsaeError) -> LabeledData {
        guard kind == .images else {
            let (all, test) = try read(target: options.target, task: options.task)
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
            let (all, test) = try set.read(target: nil, task: .automatic)
            return ((test ?? all).features, all.featureShape)
        }
        guard path.lowercased().hasSuffix(".npy") else { return nil }
        return try ArrayFiles.inputs(of: NPY(path: path), subject: path)
    }

    private func read(
        target: String?, task: TargetEncoder.Task
    ) throws(KalsaeError) -> (train: LabeledData, test: LabeledData?) {
        if let set = CIFARFiles.kind(ofFile: path) {
            return (try CIFARFiles.read([path], in: nil, set), nil)
        }
        guard kind == .cifar, let (set, folder) = CIFARFiles.found(path) else {
            return try ArrayFiles.read(path, target: target, task: task)
        }
        return (
            try CIFARFiles.read(set.train, in: folder, set),
            try CIFARFiles.read([set.test], in: folder, set)
        )
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
