import KalsaeFiles
import KalsaeSupport

/// A data set that goes by a name.
public enum NamedSet: String, Sendable, CaseIterable {
    /// Fisher's flowers, built in.
    case iris
    /// Drawn digits, made on the spot.
    case digits
    /// Handwritten digits (LeCun, Cortes, Burges), from files.
    case mnist
    /// Articles of clothing (Zalando), from files in MNIST's form.
    case fashionMNIST = "fashion-mnist"
    /// Small color pictures of ten kinds of things (Krizhevsky), from binary files.
    case cifar10
    /// The same of a hundred kinds.
    case cifar100

    /// The set in three parts, by seed; sets from files keep their own test part, and validation
    /// takes its share of what they train on.
    ///
    /// Throws when files are missing, naming every folder looked at, or damaged.
    ///
    /// - Parameters:
    ///   - fractions: the shares that are held out.
    ///   - rows: how many rows there are to learn and to validate on, the first of the files; nil for
    ///     all. Only sets in MNIST's form take it.
    ///   - seed: of the split, and of digits that are drawn.
    public func load(
        fractions: Split.Fractions = .standard, rows: Int? = nil, seed: UInt64
    ) throws(KalsaeError) -> DataParts {
        var parts = try parts(fractions: fractions, rows: rows, seed: seed)
        parts.fractions = fractions
        return parts
    }

    private func parts(
        fractions: Split.Fractions, rows: Int?, seed: UInt64
    ) throws(KalsaeError) -> DataParts {
        guard rows == nil || self == .mnist || self == .fashionMNIST else {
            throw KalsaeError(
                "--rows", expected: "mnist or fashion-mnist to go with", got: "the set \(rawValue)")
        }
        switch self {
        case .iris: return try Iris.load(fractions: fractions, seed: seed)
        case .digits: return try DrawnDigits.load(fractions: fractions, seed: seed)
        case .mnist, .fashionMNIST:
            let folder = try imageFolder()
            var all = try ImageFiles.read(folder, part: "train", classNames: classNames)
            if let rows {
                guard (2...all.count).contains(rows) else {
                    throw KalsaeError(
                        "--rows", expected: "a number from 2 to \(all.count)", got: "\(rows)")
                }
                all = try all.rows(Array(0..<rows))
            }
            guard case .classes(let classes, _) = all.targets else { break }
            let kept = Split.Fractions(validation: fractions.validation, test: 0)
            let split = try Split(count: all.count, classes: classes, fractions: kept, seed: seed)
            var parts = DataParts(
                name: rawValue, train: try all.rows(split.train),
                validation: try all.rows(split.validation),
                test: try ImageFiles.read(folder, part: "t10k", classNames: classNames))
            parts.split = split
            return parts
        case .cifar10, .cifar100:
            let set = FileSet(path: try imageFolder())
            guard let set, set.kind == .cifar else { break }
            return try set.load(name: rawValue, fractions: fractions, seed: seed)
        }
        throw KalsaeError(rawValue, expected: "labeled images", got: "none")
    }

    /// The classes' names.
    public var classNames: [String] {
        switch self {
        case .iris: Iris.species
        case .digits, .mnist: (0..<10).map(\.description)
        case .fashionMNIST:
            [
                "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker",
                "Bag", "Ankle boot",
            ]
        case .cifar10: CIFARFiles.ten
        case .cifar100: CIFARFiles.hundred
        }
    }

    /// Where the set's files are: the first folder that has one of them; nil when none has.
    func foundFolder() -> String? {
        let candidates = DataFolders.folders.map { "\($0)/\(rawValue)" }
        if let cifar {
            return candidates.first { CIFARFiles.found($0)?.kind == cifar }
        }
        return candidates.first { folder in
            ImageFiles.names.contains { ImageFiles.path(folder, $0) != nil }
        }
    }

    /// Which of CIFAR's sets it is; nil for others.
    private var cifar: CIFARFiles.Kind? {
        switch self {
        case .cifar10: .ten
        case .cifar100: .hundred
        case .iris, .digits, .mnist, .fashionMNIST: nil
        }
    }

    private func imageFolder() throws(KalsaeError) -> String {
        if let folder = foundFolder() { return folder }
        let folders = DataFolders.folders.map { "\($0)/\(rawValue)" }
        throw KalsaeError(
            rawValue,
            expected: cifar.map { "the files \(($0.train + [$0.test]).joined(separator: ", "))" }
                ?? "the files \(ImageFiles.names.joined(separator: ", ")), plain or .gz",
            got: folders.isEmpty
                ? "no folder to look in" : "none in \(folders.joined(separator: ", "))",
            advice:
                "kalsae data fetch \(rawValue), or set \(EnvironmentFlag.data.rawValue) to the "
                + "folder that holds \(rawValue)/")
    }
}

/// The four files of MNIST and of the sets made like it.
enum ImageFiles {
    static let names = [
        "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte",
        "t10k-labels-idx1-ubyte",
    ]

    /// The file of that name in the folder, gzip or plain.
    static func path(_ folder: String, _ name: String) -> String? {
        ["\(folder)/\(name).gz", "\(folder)/\(name)"].first { DataFolders.isReadable($0) }
    }

    /// Images `UInt8` [n, height, width, 1] and their labels; `part` is `train` or `t10k`.
    static func read(
        _ folder: String, part: String, classNames: [String]
    ) throws(KalsaeError) -> LabeledData {
        let imagesPath = try required(folder, "\(part)-images-idx3-ubyte")
        let labelsPath = try required(folder, "\(part)-labels-idx1-ubyte")
        let labels = try IDX(path: labelsPath)
        guard labels.type == .uint8, labels.shape.count == 1, !labels.bytes.isEmpty else {
            throw KalsaeError(
                labelsPath, expected: "one byte a label",
                got: "\(labels.type) of sizes \(labels.shape)")
        }
        if let strange = labels.bytes.first(where: { Int($0) >= classNames.count }) {
            throw KalsaeError(
                labelsPath, expected: "labels from 0 to \(classNames.count - 1)", got: "\(strange)")
        }
        let images = try IDX(path: imagesPath)
        guard images.type == .uint8, images.shape == [labels.bytes.count, 28, 28] else {
            throw KalsaeError(
                imagesPath, expected: "bytes of sizes \([labels.bytes.count, 28, 28])",
                got: "\(images.type) of sizes \(images.shape)")
        }
        return try LabeledData(
            features: .bytes(images.bytes), featureShape: [28, 28, 1],
            targets: .classes(labels.bytes.map { Int32($0) }, names: classNames))
    }

    private static func required(_ folder: String, _ name: String) throws(KalsaeError) -> String {
        if let path = path(folder, name) { return path }
        throw KalsaeError(
            folder, expected: "the file \(name).gz or \(name)", got: "neither",
            advice: "fetch it again")
    }
}
