import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor

/// A candidate as part of a ``TableState``, and back.
extension FoldTraining {
    /// The tensors of a candidate by their names.
    ///
    /// - Parameter index: which candidate it is.
    static func tensors(_ progress: Progress, _ index: Int) -> [NamedTensors.Entry] {
        tensors(progress.best, index)
            + NamedTensors(progress.models).under("\(index).models")
            + NamedTensors(progress.optimizer, of: progress.models).under("\(index).optimizer")
    }

    /// The tensors of a candidate that is over.
    static func tensors(_ outcome: Outcome?, _ index: Int) -> [NamedTensors.Entry] {
        guard let outcome else { return [] }
        let predictions = outcome.predictions
        let values = Tensor(predictions.values).reshaped(to: [predictions.count, predictions.width])
        return NamedTensors(outcome.members).under("\(index).members")
            + [NamedTensors.Entry(name: "\(index).predictions", tensor: values)]
    }

    /// A candidate of a state at its best epoch; nil where it had none.
    func outcome(
        _ candidate: TableCandidate, _ index: Int, of state: TableState
    ) throws -> Outcome? {
        let told = state.progress.candidates[index]
        guard let epoch = told.best, let loss = told.loss else { return nil }
        let values = state.part("\(index)").entries.first { $0.name == "predictions" }?.tensor
        let width = data.targets.outputCount
        guard let values, values.shape == [data.count, width], values.dtype == .float32 else {
            throw Self.fault(
                "predictions of \(data.count.counting("row"))", "\(values?.shape ?? [])")
        }
        var predictions = TablePredictions(rows: data.count, width: width)
        predictions.values = try values.values(Float.self)
        return Outcome(
            candidate: candidate, layers: layers(of: candidate), count: folds.count,
            members: try state.part("\(index).members").restored(
                into: try members(of: candidate).stacked(), subject: "table state: members"),
            predictions: predictions, loss: loss, epoch: epoch, epochs: told.epochs)
    }

    /// The candidate of a state that goes on.
    func progress(
        _ candidate: TableCandidate, _ index: Int, of state: TableState
    ) throws -> Progress {
        let fresh = try members(of: candidate)
        let stack = try fresh.stacked()
        let optimizer = optimizer(of: candidate)
        let memory = OptimizerState(for: fresh[0], optimizer).stacked(count: fresh.count)
        return Progress(
            epoch: state.progress.candidates[index].epochs,
            models: try state.part("\(index).models").restored(
                into: stack, subject: "table state: models"),
            optimizer: try state.part("\(index).optimizer").restored(
                into: memory, of: stack, subject: "table state: optimizer"),
            best: try outcome(candidate, index, of: state))
    }

    static func fault(_ expected: String, _ got: String) -> KalsaeError {
        KalsaeError(
            "table state", expected: expected, got: got,
            advice: "resume with the data and the options that the learning began with")
    }
}
