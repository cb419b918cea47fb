import KalsaeBackend
import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

extension Dataset {
    /// Plain arrays as a data set: pixels stay bytes, values become one column.
    public init(_ data: LabeledData) throws {
        let shape = Shape([data.count] + data.featureShape)
        let scale: Double
        let features: Tensor
        switch data.features {
        case .floats(let values): (features, scale) = (Tensor(values, shape: shape), 1)
        case .bytes(let values): (features, scale) = (Tensor(values, shape: shape), 1.0 / 255)
        case .images(let rows): (features, scale) = (try rows.tensor(), 1.0 / 255)
        }
        let weights = data.weights.map { Tensor($0) }
        switch data.targets {
        case .classes(let indices, let names):
            try self.init(
                features, Tensor(indices), weights: weights, featureScale: scale,
                classNames: names)
        case .values(let values, _):
            try self.init(
                features, Tensor(values, shape: [values.count, 1]), weights: weights,
                featureScale: scale)
        }
        images = data.images
    }
}

/// The three parts of a data set, ready for training.
public struct DatasetParts: Sendable {
    /// What the network learns from.
    public let train: Dataset
    /// What early stopping and choices are judged by.
    public let validation: Dataset
    /// What the result is reported on.
    public let test: Dataset
}

extension DataParts {
    /// The parts as tensors.
    public func datasets() throws -> DatasetParts {
        DatasetParts(
            train: try Dataset(train), validation: try Dataset(validation),
            test: try Dataset(test))
    }
}
