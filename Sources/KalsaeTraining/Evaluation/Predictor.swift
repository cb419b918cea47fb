import KalsaeData
import KalsaeFiles
import KalsaeGraph
import KalsaeLayers
import KalsaeSupport
import KalsaeTensor

/// A trained network with what it needs to be asked: from a file to predictions.
///
/// It is compiled, and any number of tasks may ask it at once (``CompiledModel``).
public struct Predictor: Sendable {
    /// The predictions for some rows.
    public enum Predictions: Sendable {
        /// The most probable class of each row, and the probabilities of all classes.
        case classes([Int], probabilities: [[Float]])
        /// The value of each row, in the table's own units.
        case values([Double])
    }

    /// The network.
    public let model: Sequential
    /// What was saved with it.
    public let metadata: ModelMetadata
    private let path: String
    private let compiled: CompiledModel<Sequential>

    /// Reads a model file.
    public init(path: String) throws { try self.init(try ModelFile(path: path), path: path) }

    /// Takes a network as a file would have it, as that of ``TrainingRun/Outcome``.
    ///
    /// - Parameter path: the name in messages.
    public init(_ file: ModelFile, path: String = "network") throws {
        model = file.model
        let metadata = try ModelMetadata(file, path: path)
        self.metadata = metadata
        self.path = path
        guard let input = model.inputShape else {
            throw KalsaeError(
                path, expected: "a network built from layer specifications",
                got: "one made of layers")
        }
        let isOfClasses = !metadata.classNames.isEmpty
        compiled = try CompiledModel(model, input: input) { isOfClasses ? $0.softmax() : $0 }
    }

    /// Predicts a CSV file, or images in an IDX file, as the network was trained on.
    public func predict(file: String) throws -> Predictions {
        let input = compiled.inputShape
        let features: Tensor
        if let encoder = metadata.encoder {
            let table = try encoder.readTable(path: file)
            let numbers = try encoder.features(of: table)
            features = Tensor(numbers, shape: [table.rowCount, encoder.width])
        } else {
            let images = try IDX(path: file)
            guard images.type == .uint8, let count = images.shape.first,
                Shape(images.shape).elementCount == count * input.elementCount
            else {
                throw KalsaeError(
                    file, expected: "images of bytes, \(input) each",
                    got: "\(images.type) of sizes \(images.shape)")
            }
            let shape = Shape([count] + input.sizes)
            features = Dataset.inputs(
                Tensor(images.bytes, shape: shape), scale: Tensor(Float(1.0 / 255)))
        }
        return try predict(features)
    }

    /// Predicts rows of inputs.
    public func predict(_ features: Tensor) throws -> Predictions {
        if let fault = features.fault { throw fault }
        guard features.rank > 0, Shape(features.shape.dropFirst()) == compiled.inputShape else {
            throw KalsaeError(
                path, expected: "rows of shape \(compiled.inputShape)", got: "\(features.shape)")
        }
        return try predict(rows: features.values())
    }

    /// Predicts rows one behind the other, as many numbers each as an input has.
    public func predict(rows: [Float]) throws -> Predictions {
        let outputs = try compiled(rows)
        if let position = outputs.firstIndex(where: { !$0.isFinite }) {
            throw NotFiniteOutput.error(
                path, row: position / compiled.outputShape.elementCount,
                got: outputs[position].isNaN ? "NaN" : "infinity")
        }
        if let scale = metadata.scale { return .values(outputs.map { scale.invert(Double($0)) }) }
        let width = compiled.outputShape.elementCount
        let rows = stride(from: 0, to: outputs.count, by: width).map { start in
            Array(outputs[start..<(start + width)])
        }
        let best = rows.map { row in row.indices.max { row[$0] < row[$1] } ?? 0 }
        return .classes(best, probabilities: rows)
    }

    /// Measures the network on a CSV file, or on the part of a named set that took no part in its
    /// training.
    ///
    /// - Parameters:
    ///   - reading: how the file is read.
    ///   - level: of the intervals that are reported for numbers.
    /// - Throws: a `KalsaeError` where an output is NaN, or the data are others than it was trained on.
    public func evaluate(
        _ source: String, reading: CSVOptions = CSVOptions(), level: Double? = nil
    ) async throws -> (report: Report, rows: Int) {
        let data = try await data(of: source, reading)
        var measurement = try Measurement(model, data)
        if let level {
            try measurement.report(try intervals(), level: level)
        } else if metadata.intervals?.tells(Measurement.level) == true {
            try measurement.report(metadata.intervals)
        }
        return (measurement.report, data.count)
    }

    /// Half of the width of the interval around each predicted number that is to hold a share of new
    /// rows.
    ///
    /// - Throws: a `KalsaeError` for classes, for models without intervals, and for a level that is
    ///   not between 0 and 1 or too high for the rows that the intervals are made from.
    public func halfWidth(_ level: Double) throws(KalsaeError) -> Double {
        try intervals().halfWidth(level)
    }

    private func intervals() throws(KalsaeError) -> PredictionIntervals {
        guard let intervals = metadata.intervals else {
            let isOfClasses = !metadata.classNames.isEmpty
            throw KalsaeError(
                path, expected: "a model of numbers that has intervals",
                got: isOfClasses ? "one of classes" : "one without",
                advice: isOfClasses ? "classes have probabilities" : "train it again")
        }
        return intervals
    }

    /// The rows of a source, encoded as the network takes them.
    private func data(of source: String, _ reading: CSVOptions) async throws -> LabeledData {
        let data: LabeledData
        if let set = NamedSet(rawValue: source) {
            let parts = try set.load(seed: UInt64(bitPattern: Int64(metadata.seed)))
            data = parts.test
        } else if let encoder = metadata.encoder {
            let table = try encoder.readTable(path: source, options: reading)
            try encoder.checkColumns(of: table)
            data = try encoder.data(of: table)
        } else {
            throw KalsaeError(
                source, expected: "one of \(NamedSet.allCases.map(\.rawValue))", got: source,
                advice: "\(path) was trained on images")
        }
        var names: [String] = []
        if case .classes(_, let own) = data.targets { names = own }
        guard Shape(data.featureShape) == model.inputShape, names == metadata.classNames else {
            throw KalsaeError(
                source, expected: "data as \(path) was trained on (\(metadata.data))",
                got: "inputs \(data.featureShape), classes \(names)")
        }
        return data
    }
}
