import KalsaeData
import KalsaeTensor

/// The tensors that a compiled step gets for a batch: `[features, targets, rows, scale]` for rows of
/// a set in memory, which its plan gathers, `[inputs, targets, scale]` for others; weights behind
/// them where there are some.
enum BatchInputs {
    /// The tensors, made for this batch.
    static func tensors(of batch: Batch) -> [Tensor] {
        switch batch.storage {
        case .rows(let set, let rows):
            let data = set.data
            let scale = Tensor([Float(data.featureScale)])
            return [data.features, data.targets, Tensor(Array(rows)), scale] + list(data.weights)
        case .tensors(let inputs, let targets, let weights):
            return [inputs, targets, Tensor([Float(1)])] + list(weights)
        }
    }

    /// The tensors of the batch alone, made for this batch: rows of a set are gathered.
    static func gathered(_ batch: Batch) throws -> [Tensor] {
        guard case .rows(let set, let rows) = batch.storage else { return tensors(of: batch) }
        let (data, numbers) = (set.data, Tensor(Array(rows)))
        let parts = [data.features, data.targets] + list(data.weights)
        let gathered = parts.map { $0.gathered(at: numbers) }
        try Tensor.evaluate(gathered)
        return Array(gathered[..<2]) + [Tensor([Float(data.featureScale)])] + gathered[2...]
    }

    /// What the network gets, the targets, and how much each row counts.
    static func prepared(
        _ tensors: [Tensor]
    ) -> (inputs: Tensor, targets: Tensor, weights: Tensor?) {
        // Scales are floats, row numbers are not.
        guard tensors[2].dtype.isInteger else {
            let weights = tensors.count > 3 ? tensors[3] : nil
            return (Dataset.inputs(tensors[0], scale: tensors[2]), tensors[1], weights)
        }
        let rows = tensors[2]
        let x = Dataset.inputs(tensors[0].gathered(at: rows), scale: tensors[3])
        let weights = tensors.count > 4 ? tensors[4].gathered(at: rows) : nil
        return (x, tensors[1].gathered(at: rows), weights)
    }

    private static func list(_ tensor: Tensor?) -> [Tensor] { tensor.map { [$0] } ?? [] }
}
