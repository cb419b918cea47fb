import KalsaeGraph
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor

/// The numbers of an optimizer's step at one place in memory: in `float64` where the model has
/// parameters of that type, so that it loses nothing.
struct StepScalars {
    private enum Storage {
        case single(HostTensor<Float>)
        case double(HostTensor<Double>)
    }

    private let storage: Storage

    init<Model: TensorTree>(count: Int, for model: Model) throws(KalsaeError) {
        let isDouble = model.tensors.contains { $0.tensor.dtype == .float64 }
        if isDouble {
            storage = .double(try HostTensor(count: count))
        } else {
            storage = .single(try HostTensor(count: count))
        }
    }

    /// The tensor over the memory.
    var tensor: Tensor {
        switch storage {
        case .single(let host): host.tensor
        case .double(let host): host.tensor
        }
    }

    /// Writes as many numbers as there is room for, from an element on.
    func write(_ scalars: OptimizerScalars, at start: Int = 0) {
        switch storage {
        case .single(let host):
            for index in 0..<min(host.count - start, scalars.count) {
                host.values[start + index] = Float(scalars[index])
            }
        case .double(let host):
            for index in 0..<min(host.count - start, scalars.count) {
                host.values[start + index] = scalars[index]
            }
        }
    }
}
