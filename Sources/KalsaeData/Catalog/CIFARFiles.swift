import KalsaeFiles
import KalsaeSupport

/// The binary files of CIFAR-10 and CIFAR-100 (Krizhevsky): records of one or two labels, then the
/// 32 x 32 pixels of the red, the green and the blue channel.
enum CIFARFiles {
    /// Which of the two sets.
    enum Kind {
        /// Ten classes, a label each.
        case ten
        /// A hundred classes; a label of 20 coarse ones is in front.
        case hundred

        var train: [String] {
            self == .ten ? (1...5).map { "data_batch_\($0).bin" } : ["train.bin"]
        }

        var test: String { self == .ten ? "test_batch.bin" : "test.bin" }

        /// The folder in the archive that they are handed out in.
        var folder: String { self == .ten ? "cifar-10-batches-bin" : "cifar-100-binary" }

        var labels: Int { self == .ten ? 1 : 2 }

        var classNames: [String] { self == .ten ? CIFARFiles.ten : CIFARFiles.hundred }
    }

    static let pixels = 1024

    /// The set whose files lie in a folder, or in one of the archive's name inside, with their folder.
    static func found(_ folder: String) -> (kind: Kind, folder: String)? {
        for kind in [Kind.ten, .hundred] {
            for path in [folder, "\(folder)/\(kind.folder)"]
            where DataFolders.isReadable("\(path)/\(kind.train[0])")
                && DataFolders.isReadable("\(path)/\(kind.test)")
            {
                return (kind, path)
            }
        }
        return nil
    }

    /// The set that a single file is part of, by its name and by the length of its records.
    static func kind(ofFile path: String) -> Kind? {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        return [Kind.ten, .hundred].first { kind in
            (kind.train + [kind.test]).contains(name)
                && FolderListing.size(ofFile: path).map { $0 % (kind.labels + 3 * pixels) == 0 }
                    == true
        }
    }

    /// All images of some files, of paths without a folder.
    static func read(
        _ names: [String], in folder: String?, _ kind: Kind
    ) throws(KalsaeError) -> LabeledData {
        var (bytes, classes) = ([UInt8](), [Int32]())
        for name in names {
            let path = folder.map { "\($0)/\(name)" } ?? name
            try append(FileBytes.read(path), subject: path, kind, to: &bytes, &classes)
        }
        return try LabeledData(
            features: .bytes(bytes), featureShape: [32, 32, 3],
            targets: .classes(classes, names: kind.classNames))
    }

    /// Adds the records of a file, channels beside each other.
    static func append(
        _ file: [UInt8], subject: String, _ kind: Kind, to bytes: inout [UInt8],
        _ classes: inout [Int32]
    ) throws(KalsaeError) {
        let size = kind.labels + 3 * pixels
        guard !file.isEmpty, file.count % size == 0 else {
            throw KalsaeError(
                subject, expected: "records of \(size) bytes",
                got: "\(file.count) bytes", advice: "fetch the file again")
        }
        bytes.reserveCapacity(bytes.count + file.count)
        for start in stride(from: 0, to: file.count, by: size) {
            let label = file[start + kind.labels - 1]
            guard label < kind.classNames.count else {
                throw KalsaeError(
                    subject, expected: "labels below \(kind.classNames.count)", got: "\(label)",
                    advice: "fetch the file again")
            }
            classes.append(Int32(label))
            let first = start + kind.labels
            for pixel in first..<(first + pixels) {
                bytes.append(file[pixel])
                bytes.append(file[pixel + pixels])
                bytes.append(file[pixel + 2 * pixels])
            }
        }
    }

    static let ten = [
        "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
    ]

    static let hundred = """
        apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus \
        butterfly camel can castle caterpillar cattle chair chimpanzee clock cloud cockroach couch \
        crab crocodile cup dinosaur dolphin elephant flatfish forest fox girl hamster house kangaroo \
        keyboard lamp lawn_mower leopard lion lizard lobster man maple_tree motorcycle mountain mouse \
        mushroom oak_tree orange orchid otter palm_tree pear pickup_truck pine_tree plain plate poppy \
        porcupine possum rabbit raccoon ray road rocket rose sea seal shark shrew skunk skyscraper \
        snail snake spider squirrel streetcar sunflower sweet_pepper table tank telephone television \
        tiger tractor train trout tulip turtle wardrobe whale willow_tree wolf woman worm
        """.split(separator: " ").map(String.init)
}
