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
        /// The class of each row, the most probable one or that of ``Predictor/decision``, and the
        /// probabilities of all classes.
        case classes([Int], probabilities: [[Float]])
        /// The value of each row, in the table's own units.
        case values([Double])
    }

    /// The network.
    public let model: Sequential
    /// What was saved with it.
    public let metadata: ModelMetadata
    /// The rule by which one of two classes is predicted; nil for the more probable one.
    public private(set) var decision: DecisionRule?
    let path: String
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
        decision = metadata.decision
        self.path = path
        guard let input = model.inputShape else {
            throw KalsaeError(
                path, expected: "a network built from layer specifications",
                got: "one made of layers")
        }
        let isOfClasses = !metadata.classNames.isEmpty
        // One row, and the blocks that parts are computed in.
        compiled = try CompiledModel(model, input: input, keptPlans: 12) {
            isOfClasses ? $0.softmax() : $0
        }
    }

    /// Predicts classes by another threshold from now on.
    ///
    /// - Throws: a `KalsaeError` where there are not two classes, where the model knows no best
    ///   threshold, and for a probability that is none.
    public mutating func decide(by choice: ThresholdChoice) throws(KalsaeError) {
        decision = try choice.rule(metadata.classNames, best: metadata.bestDecision)
    }

    /// Predicts a CSV file, or images in an IDX file, as the network was trained on.
    public func predict(file: String) throws -> Predictions {
        let input = compiled.inputShape
        let features: Tensor
        if let encoder = metadata.encoder {
            let table = try encoder.readTable(path: file)
            let numbers = try encoder.features(of: table)
            features = Tensor(numbers, shape: [table.rowCount, encoder.width])
        } else if let (inputs, shape) = try FileSet.inputs(path: file) {
            features = try tensor(inputs, shape, subject: file)
        } else {
            let first = try FileBytes.prefix(of: file, count: 1).first ?? 0
            guard !(0x20..<0x7f).contains(first) else {
                throw KalsaeError(
                    file, expected: "images: PNG, JPEG, IDX, NPY or NPZ files",
                    got: "a file of text",
                    advice: "\(path) was trained on \(metadata.data), not on a table")
            }
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

    /// Predicts PNG or JPEG files, brought to the size of the images that the network was trained on.
    public func predict(images paths: [String]) throws -> Predictions {
        let shape = compiled.inputShape.sizes
        guard shape.count == 3, metadata.encoder == nil else {
            throw KalsaeError(
                paths.first ?? "images", expected: "a model of images",
                got: "\(path), one of inputs \(compiled.inputShape)")
        }
        let layout = ImageLayout(width: shape[1], height: shape[0], channels: shape[2])
        let rows = try ImageRows(
            ImageSource.read(paths), layout: layout, workers: Self.imageWorkers)
        let bytes = try rows.bytes(of: 0..<paths.count)
        let features = try tensor(.bytes(bytes), shape, subject: paths.first ?? "images")
        return try predict(part: features.values())
    }

    /// Threads that decode beside the one that asks.
    private static let imageWorkers = 3

    /// Inputs as the network takes them.
    private func tensor(
        _ inputs: LabeledData.Features, _ shape: [Int], subject: String
    ) throws(KalsaeError) -> Tensor {
        guard Shape(shape) == compiled.inputShape else {
            throw KalsaeError(
                subject, expected: "inputs of \(compiled.inputShape) each", got: "\(Shape(shape))")
        }
        let count = inputs.count / max(shape.reduce(1, *), 1)
        let whole = Shape([count] + shape)
        let scale = Tensor(Float(1.0 / 255))
        switch inputs {
        case .floats(let values): return Tensor(values, shape: whole)
        case .bytes(let values): return Dataset.inputs(Tensor(values, shape: whole), scale: scale)
        case .images(let rows):
            let bytes = try rows.bytes(of: 0..<rows.sources.count)
            return Dataset.inputs(Tensor(bytes, shape: whole), scale: scale)
        }
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
        try predictions(try compiled(rows))
    }

    /// Predicts rows of one of many parts of a file, each of which has another number of them.
    package func predict(part rows: [Float]) throws -> Predictions {
        try predictions(try Self.outputs(of: rows, from: compiled))
    }

    /// The most rows that are computed at once of a part.
    private static let mostRows = 1024

    /// The outputs for rows, computed in blocks of a few sizes, for which plans are kept: what does not
    /// fill a block is filled up to a power of two.
    static func outputs(
        of rows: [Float], from model: CompiledModel<Sequential>
    ) throws -> [Float] {
        let (width, outputWidth) = (
            model.inputShape.elementCount, model.outputShape.elementCount
        )
        let count = width > 0 ? rows.count / width : 0
        var outputs: [Float] = []
        outputs.reserveCapacity(count * outputWidth)
        var (start, most) = (0, mostRows)
        while start < count {
            let size = min(count - start, most)
            var block = Array(rows[(start * width)..<((start + size) * width)])
            var padded = 1
            while padded < size { padded *= 2 }
            block += [Float](repeating: 0, count: (padded - size) * width)
            do { outputs += try model(block).prefix(size * outputWidth) } catch let error
                as KalsaeError
            {
                // Fewer rows at once need less memory.
                guard size > 1, error.subject.hasPrefix("memory of ") else { throw error }
                most = padded / 2
                continue
            }
            start += size
        }
        return outputs
    }

    private func predictions(_ outputs: [Float]) throws -> Predictions {
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
        let best = rows.map { row in
            decision.map { $0(Double(row[$0.positive])) }
                ?? row.indices.max { row[$0] < row[$1] } ?? 0
        }
        return .classes(best, probabilities: rows)
    }

    /// What an ensemble's predicted numbers are cut to, in the table's units; nil for other models.
    public var range: ClosedRange<Double>? {
        guard let scale = metadata.scale, let ensemble = model.layers.first?.layer as? Ensemble,
            let low = ensemble.settings.range.first, let high = ensemble.settings.range.last
        else { return nil }
        return scale.invert(low)...scale.invert(high)
    }

    /// Half of the width of the interval around each predicted number that is to hold a share of new
    /// rows.
    ///
    /// - Throws: a `KalsaeError` for classes, for models without intervals, and for a level that is
    ///   not between 0 and 1 or too high for the rows that the intervals are made from.
    public func halfWidth(_ level: Double) throws(KalsaeError) -> Double {
        try intervals().halfWidth(level)
    }

    func intervals() throws(KalsaeError) -> PredictionIntervals {
        guard let intervals = metadata.intervals else {
            if case .quantile(let level)? = metadata.scale?.loss, level != 0.5 {
                throw KalsaeError(
                    path, expected: "a model of means or medians, which has intervals",
                    got: "one of the quantile \(level)",
                    advice:
                        "two quantiles are the ends of one: train with --loss quantile=.05 and quantile=.95"
                )
            }
            let isOfClasses = !metadata.classNames.isEmpty
            throw KalsaeError(
                path, expected: "a model of numbers that has intervals",
                got: isOfClasses ? "one of classes" : "one without",
                advice: isOfClasses ? "classes have probabilities" : "train it again")
        }
        return intervals
    }
}
