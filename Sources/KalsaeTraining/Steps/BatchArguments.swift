import KalsaeSupport
import KalsaeTensor

/// The tensors that a step gets for a batch, at the same places in memory each time.
package final class BatchArguments {
    private var rows: [Int: HostTensor<Int32>] = [:]
    private let scale: HostTensor<Float>

    package init() throws { scale = try HostTensor(count: 1) }

    /// The tensors as ``BatchInputs`` has them, until the next call.
    func tensors(for batch: Batch) throws(KalsaeError) -> [Tensor] {
        switch batch.storage {
        case .rows(let set, let numbers):
            let data = set.data
            let rows = try rowTensor(numbers)
            scale.values[0] = Float(data.featureScale)
            let tensors = [data.features, data.targets, rows.tensor, scale.tensor]
            return data.weights.map { tensors + [$0] } ?? tensors
        case .tensors(let inputs, let targets, let weights):
            scale.values[0] = 1
            let tensors = [inputs, targets, scale.tensor]
            return weights.map { tensors + [$0] } ?? tensors
        }
    }

    /// The place in memory for batches of this size: an epoch has at most two sizes, and parts of
    /// batches as many each.
    private func rowTensor(_ batch: ArraySlice<Int32>) throws(KalsaeError) -> HostTensor<Int32> {
        if let known = rows[batch.count] {
            known.write(batch)
            return known
        }
        let tensor = try HostTensor<Int32>(count: batch.count)
        rows[batch.count] = tensor
        tensor.write(batch)
        return tensor
    }
}
