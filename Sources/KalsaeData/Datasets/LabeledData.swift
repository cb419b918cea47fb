import KalsaeSupport

/// Examples with their targets, as plain arrays.
public struct LabeledData: Sendable, Equatable {
    /// The inputs of all examples, one after another.
    public enum Features: Sendable, Equatable {
        /// Numbers, ready for a network.
        case floats([Float])
        /// Pixels; a network takes a 255th of them.
        case bytes([UInt8])
        /// Pixels in files, decoded when they are needed.
        case images(ImageRows)

        /// Numbers in all examples together.
        public var count: Int {
            switch self {
            case .floats(let values): values.count
            case .bytes(let values): values.count
            case .images(let rows): rows.sources.count * rows.layout.count
            }
        }
    }

    /// What is to be predicted, one an example.
    public enum Targets: Sendable, Equatable {
        /// The index of a class in `names`.
        case classes([Int32], names: [String])
        /// A standardized number; `scale` turns it back into the table's units.
        case values([Float], scale: TargetScale)

        /// How many there are.
        public var count: Int {
            switch self {
            case .classes(let indices, _): indices.count
            case .values(let values, _): values.count
            }
        }
    }

    /// The inputs.
    public let features: Features
    /// The sizes of one example: `[4]`, `[28, 28, 1]`.
    public let featureShape: [Int]
    /// The targets.
    public let targets: Targets
    /// How much each example counts in the loss; nil where all count alike.
    public private(set) var weights: [Float]?
    /// Examples of one number must stay on one side of a split; nil where none belong together.
    public private(set) var groups: [Int32]?
    /// When each example was, as a number that grows; nil where time plays no part.
    public private(set) var times: [Double]?

    /// Examples: `features` holds `targets.count` times the product of `featureShape` numbers.
    ///
    /// - Throws: a `KalsaeError` where it holds another count.
    public init(features: Features, featureShape: [Int], targets: Targets) throws(KalsaeError) {
        // Nil where the product leaves the range of Int, which no count equals.
        let expected = featureShape.reduce(targets.count as Int?) { product, size in
            let (next, overflows) = (product ?? 0).multipliedReportingOverflow(by: size)
            return product == nil || overflows ? nil : next
        }
        guard featureShape.allSatisfy({ $0 >= 0 }), features.count == expected else {
            throw KalsaeError(
                "LabeledData", expected: "features of \(targets.count) examples of \(featureShape)",
                got: "\(features.count) numbers",
                advice: "give as many numbers an example as the feature shape has")
        }
        self.init(fitting: features, featureShape, targets)
    }

    /// Examples that fit by how they were made.
    init(fitting features: Features, _ featureShape: [Int], _ targets: Targets) {
        self.features = features
        self.featureShape = featureShape
        self.targets = targets
    }

    /// How many examples there are.
    public var count: Int { targets.count }

    /// The examples at `rows`, in that order.
    ///
    /// - Throws: a `KalsaeError` where there is no such example.
    public func rows(_ rows: [Int]) throws(KalsaeError) -> LabeledData {
        if let stray = rows.first(where: { !(0..<count).contains($0) }) {
            throw KalsaeError(
                "LabeledData", expected: "rows from 0 to \(count - 1)", got: "\(stray)")
        }
        let width = featureShape.reduce(1, *)
        let features: Features =
            switch features {
            case .floats(let values): .floats(Self.gather(values, width, rows))
            case .bytes(let values): .bytes(Self.gather(values, width, rows))
            case .images(let all): .images(try all.rows(rows))
            }
        let targets: Targets =
            switch targets {
            case .classes(let indices, let names): .classes(rows.map { indices[$0] }, names: names)
            case .values(let values, let scale): .values(rows.map { values[$0] }, scale: scale)
            }
        return LabeledData(fitting: features, featureShape, targets).marked(
            weights: weights.map { all in rows.map { all[$0] } },
            groups: groups.map { all in rows.map { all[$0] } },
            times: times.map { all in rows.map { all[$0] } })
    }

    /// The examples with weights, groups and times, one an example.
    package func marked(weights: [Float]?, groups: [Int32]?, times: [Double]?) -> LabeledData {
        var data = self
        (data.weights, data.groups, data.times) = (weights, groups, times)
        return data
    }

    private static func gather<Element>(
        _ values: [Element], _ width: Int, _ rows: [Int]
    ) -> [Element] {
        var result: [Element] = []
        result.reserveCapacity(rows.count * width)
        for row in rows { result += values[(row * width)..<((row + 1) * width)] }
        return result
    }
}

/// A standardization: `(value - mean) / deviation`.
public struct Scale: Sendable, Equatable {
    /// What becomes 0.
    public let mean: Double
    /// What becomes 1 above it; greater than 0.
    public let deviation: Double

    /// A standardization by its two numbers.
    public init(mean: Double, deviation: Double) {
        self.mean = mean
        self.deviation = deviation
    }

    /// The scale that gives `values` mean 0 and (population) standard deviation 1; nil when they
    /// are all equal, none, or too large to square.
    public init?(of values: [Double]) {
        let count = Double(values.count)
        let mean = values.reduce(0, +) / count
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
        // Rounding leaves a constant column a deviation of an ulp or two of its mean.
        guard variance.isFinite, variance.squareRoot() > abs(mean) * 1e-14 else { return nil }
        self.init(mean: mean, deviation: variance.squareRoot())
    }

    /// The standardized value.
    public func apply(_ value: Double) -> Double { (value - mean) / deviation }

    /// The value in its own units.
    public func invert(_ value: Double) -> Double { value * deviation + mean }
}

/// A data set in its three parts, which share no example.
public struct DataParts: Sendable {
    /// What the set is called: `iris`, or the file's name.
    public let name: String
    /// What the network learns from.
    public let train: LabeledData
    /// What early stopping and choices are judged by.
    public let validation: LabeledData
    /// What the result is reported on.
    public let test: LabeledData
    /// How the table was turned into numbers; nil for images.
    public let encoder: TableEncoder?
    /// What was taken for granted about the table; nil for images.
    public let guesses: TableGuesses?
    /// All rows that are trained on where they do not fit into memory; ``train`` has some of them.
    package var streamed: StreamedRows?
    /// Where the rows of each part stood in the data before they were split; nil where that is not kept.
    package var split: Split?
    /// Whether times are days since 1970-01-01; else the numbers of their column.
    package var timesAreDays = false
    /// The shares of a named set that were held out; nil for other data.
    package var fractions: Split.Fractions?

    /// A data set from its parts.
    public init(
        name: String, train: LabeledData, validation: LabeledData, test: LabeledData,
        encoder: TableEncoder? = nil, guesses: TableGuesses? = nil
    ) {
        self.guesses = guesses
        self.name = name
        self.train = train
        self.validation = validation
        self.test = test
        self.encoder = encoder
    }
    /// Rows that are trained on.
    public var trainCount: Int { streamed?.count ?? train.count }
}
