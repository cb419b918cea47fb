import KalsaeData
import KalsaeFiles
import KalsaeGraph
import KalsaeLayers
import KalsaeSupport
import KalsaeTensor

/// A trained network with what it needs to be asked: from a file to predictions.
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

    /// Reads a model file.
    public init(path: String) throws {
        let file = try ModelFile(path: path)
        model = file.model
        metadata = try ModelMetadata(file, path: path)
        self.path = path
    }

    /// Predicts a CSV file, or images in an IDX file, as the network was trained on.
    public func predict(file: String) throws -> Predictions {
        guard let input = model.inputShape else { return .values([]) }
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
        var outputs: [Float] = []
        let width = model.outputShape?.elementCount ?? 1
        for start in stride(from: 0, to: features.shape.first ?? 0, by: 4096) {
            let output = model(features[start..<(start + 4096)])
            outputs += try (metadata.classNames.isEmpty ? output : output.softmax()).values()
        }
        if let scale = metadata.scale { return .values(outputs.map { scale.invert(Double($0)) }) }
        let rows = stride(from: 0, to: outputs.count, by: width).map { start in
            Array(outputs[start..<(start + width)])
        }
        let best = rows.map { row in row.indices.max { row[$0] < row[$1] } ?? 0 }
        return .classes(best, probabilities: rows)
    }

    /// Measures the network on a CSV file, or on the part of a named set that took no part in its
    /// training.
    public func evaluate(_ source: String) async throws -> (report: Report, rows: Int) {
        let data: LabeledData
        if let set = NamedSet(rawValue: source) {
            let parts = try set.load(seed: UInt64(bitPattern: Int64(metadata.seed)))
            data = parts.test
        } else if let encoder = metadata.encoder {
            data = try encoder.data(of: try encoder.readTable(path: source))
        } else {
            throw KalsaeError(
                source, expected: "one of \(NamedSet.allCases.map(\.rawValue))", got: source,
                advice: "\(path) was trained on images")
        }
        let dataset = try Dataset(data)
        guard dataset.inputShape == model.inputShape,
            dataset.classNames == metadata.classNames
        else {
            throw KalsaeError(
                source, expected: "data as \(path) was trained on (\(metadata.data))",
                got: "inputs \(dataset.inputShape), classes \(dataset.classNames)")
        }
        let trainer = try Trainer(
            model, loss: data.targets.loss,
            optimizer: Recipe.OptimizerName.sgd.make(learningRate: 1),
            metrics: data.targets.metrics)
        let report = try await trainer.evaluate(dataset).inUnits(data.targets.unit)
        return (report, data.count)
    }
}
