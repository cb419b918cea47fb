import KalsaeData
import KalsaeLayers
import KalsaeSupport
import KalsaeTensor

extension Trainer {
    /// The loss and the metrics on data, in inference.
    public func evaluate(_ data: Dataset, batch: Int = 1000) throws -> Report {
        evaluator.model = model
        defer { evaluator.releaseModel() }
        return try evaluator.evaluate(data, batch: batch)
    }

    /// The loss and the metrics on an epoch of batches, in inference.
    public func evaluate(_ source: any BatchSource) throws -> Report {
        evaluator.model = model
        defer { evaluator.releaseModel() }
        return try evaluator.evaluate(source)
    }

    /// The model's outputs for inputs, in inference.
    public func predict(_ inputs: Tensor) throws -> Tensor {
        try model(inputs).evaluate()
    }

    /// Throws where data do not fit the metrics, or there are none.
    func check(_ source: any BatchSource, validation: (any BatchSource)?) throws {
        evaluator.model = model
        defer { evaluator.releaseModel() }
        for part in [source, validation].compactMap({ $0 }) { try evaluator.checkMetrics(part) }
        try evaluator.warnOfProbabilities(source)
        if let validation, try evaluator.firstRows(of: validation, 1) == nil {
            throw KalsaeError(
                "validation", expected: "a source with batches", got: "none",
                advice: "leave it out, or give it rows")
        }
    }
}
