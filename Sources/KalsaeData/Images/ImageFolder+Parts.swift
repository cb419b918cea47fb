import KalsaeFiles
import KalsaeSupport

extension ImageFolder {
    /// How a folder becomes data.
    public struct Options: Sendable {
        /// The size of the images, where it is not the most frequent one.
        public var layout = ImageLayout.Options()
        /// Threads that decode ahead; without it, as many as cores but one, 1 to 4.
        public var workers: Int?
        /// The bytes above which decoded images go to a file; without it half of the machine's
        /// memory.
        public var mostMemory: Int?

        /// What suits the images.
        public init() {}

        /// The most threads that may be asked for.
        public static let mostWorkers = 64

        func count() throws(KalsaeError) -> Int {
            let workers = workers ?? min(max(Cores.available - 1, 1), 4)
            guard (0...Self.mostWorkers).contains(workers) else {
                throw KalsaeError(
                    "--workers", expected: "threads from 0 to \(Self.mostWorkers)",
                    got: "\(workers)")
            }
            return workers
        }
    }

    /// All images that are trained on or divided.
    private var train: Images { parts[.train] ?? Images(sources: [], classes: []) }

    /// The size that the images are brought to.
    public func layout(_ options: ImageLayout.Options = ImageLayout.Options()) throws(KalsaeError)
        -> ImageLayout
    {
        try ImageLayout(of: train.sources, options)
    }

    /// The images in three parts: those of the folder, or shares of each class, by seed. Copies of an
    /// image are in one part.
    ///
    /// Of a folder with a part for the test alone, validation takes its share of training; of one with
    /// a part for validation alone, there is no test.
    public func load(
        name: String, options: Options = Options(), fractions: Split.Fractions = .standard,
        seed: UInt64
    ) throws(KalsaeError) -> DataParts {
        let layout = try layout(options.layout)
        func data(_ images: Images) throws(KalsaeError) -> LabeledData {
            try self.data(images, layout, options)
        }
        var (own, shares) = (parts, fractions)
        if own.count > 1 {
            let validation = own[.validation] == nil ? fractions.validation : 0
            shares = Split.Fractions(validation: validation, test: 0)
        }
        let all = train
        if own.count == 1 || shares.validation > 0 {
            let split = try Split(
                count: all.sources.count, classes: all.classes, groups: Self.copies(all.sources),
                fractions: shares, seed: seed)
            func rows(_ rows: [Int]) -> Images {
                Images(
                    sources: rows.map { all.sources[$0] }, classes: rows.map { all.classes[$0] })
            }
            own[.train] = rows(split.train)
            own[.validation] = own[.validation] ?? rows(split.validation)
            own[.test] = own[.test] ?? rows(split.test)
        }
        let none = Images(sources: [], classes: [])
        let loaded = DataParts(
            name: name, train: try data(own[.train] ?? none),
            validation: try data(own[.validation] ?? none), test: try data(own[.test] ?? none))
        loaded.train.images?.successor = loaded.validation.images
        loaded.validation.images?.successor = loaded.test.images
        return loaded
    }

    /// All images that are not of the folder's own test part as those to train on, for folds; copies of
    /// an image are one group.
    func whole(name: String, options: Options) throws(KalsaeError) -> DataParts {
        let layout = try layout(options.layout)
        let none = Images(sources: [], classes: [])
        let held = parts[.validation] ?? none
        let all = Images(
            sources: train.sources + held.sources, classes: train.classes + held.classes)
        let data = try data(all, layout, options)
        return DataParts(
            name: name,
            train: data.marked(weights: nil, groups: Self.copies(all.sources), times: nil),
            validation: try self.data(none, layout, options),
            test: try self.data(parts[.test] ?? none, layout, options))
    }

    /// All images of a part as data.
    ///
    /// - Parameter layout: the size that they are brought to.
    package func data(
        _ images: Images, _ layout: ImageLayout, _ options: Options
    ) throws(KalsaeError) -> LabeledData {
        let rows = try ImageRows(
            images.sources, layout: layout, workers: options.count(),
            mostMemory: options.mostMemory ?? FileBytes.defaultLimit / 2)
        return LabeledData(
            fitting: .images(rows), layout.shape, .classes(images.classes, names: classNames))
    }

    /// Images that are copies of each other have one number; nil where there are none.
    static func copies(_ sources: [ImageSource]) -> [Int32]? {
        var numbers: [UInt64: Int32] = [:]
        var groups: [Int32] = []
        for source in sources {
            let number = numbers[source.contentChecksum] ?? Int32(clamping: numbers.count)
            numbers[source.contentChecksum] = number
            groups.append(number)
        }
        return numbers.count < sources.count ? groups : nil
    }

    /// How many files are copies of others.
    public var copyCount: Int {
        train.sources.count - Set(train.sources.map(\.contentChecksum)).count
    }
}
