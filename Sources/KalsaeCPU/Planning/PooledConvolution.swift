import CKalsaeKernels
import KalsaeGraph

/// A convolution whose result only one pooling and its gradients read: of each window the largest
/// element is kept, taken while it lies in the first cache, and for the gradients its place.
struct PooledConvolution {
    /// The convolution, with the pooled result in place of its own.
    var unit: Unit
    var window: Pair
    /// The storage of the places, a byte each, if anybody reads them.
    var places: Int?
    var kernel: Kernel

    private init?(_ convolution: Unit, _ pool: Unit, _ window: Pair, places: Int?) {
        unit = convolution
        (unit.type, unit.result) = (pool.type, pool.result)
        (self.window, self.places) = (window, places)
        guard let sizes = PooledConvolution.sizes(unit, window) else { return nil }
        let pooling = PackedConvolution.Pooling(window: window, places: places.map { _ in 3 })
        guard let packed = PackedConvolution(sizes, ofInput: false, pooling: pooling) else {
            return nil
        }
        kernel = packed.kernel(
            "convolution", behind: PooledConvolution.name, flops: sizes.flops,
            buffers: places == nil ? 3 : 4)
    }

    /// What stands behind the convolution's name.
    static let name = "+maxPool"

    /// The convolution of which windows cover everything, or nil where the unit is none.
    static func sizes(_ unit: Unit, _ window: Pair) -> ConvolutionSizes? {
        guard case .kernel(.convolution(let parameters)) = unit.kind else { return nil }
        var output = unit.type.shape
        output[1] *= window.height
        output[2] *= window.width
        return ConvolutionSizes(
            parameters: parameters, input: unit.operandTypes[0].shape,
            kernel: unit.operandTypes[1].shape, output: output)
    }

    /// Joins convolutions with the poolings that alone read them.
    ///
    /// - Parameter donations: output storage to the storage of the input that it overwrites.
    static func joined(
        _ tasks: [PlannedTask], _ storages: inout [Storage], outputs: [Int], donations: [Int: Int]
    ) -> [PlannedTask] {
        guard tasks.contains(where: \.isConvolution) else { return tasks }
        var tasks: [PlannedTask?] = tasks
        var index = TaskReaders(tasks, storages: storages.count, donations: donations)
        let outputs = Set(outputs)
        for (place, task) in tasks.enumerated() {
            guard let task, case .kernel(let unit) = task.kind,
                case .kernel(.convolution) = unit.kind, unit.type.dtype == .float32,
                !outputs.contains(unit.result), let readers = Readers(unit.result, tasks, index),
                // The result is made earlier than it was: what it overwrites may still be read.
                donations[readers.pool.result] == nil
            else { continue }
            var places: Int?
            if !readers.gradients.isEmpty { places = storages.count }
            let window = readers.parameters.window
            guard let both = PooledConvolution(unit, readers.pool, window, places: places) else {
                continue
            }
            if places != nil {
                let count = readers.pool.type.shape.elementCount
                storages.append(Storage(kind: .computed, byteCount: count, dtype: .uint8))
            }
            tasks[readers.place] = nil
            index.move(readers.place, to: place)
            tasks[place] = PlannedTask(
                kind: .pooled(both), reads: unit.operands,
                writes: [both.unit.result] + (places.map { [$0] } ?? []))
            guard let places else { continue }
            for (place, gradient) in readers.gradients {
                PlaceGradient.replace(
                    &tasks, place, gradient, readers.parameters, places: places, outputs, &index)
            }
        }
        return tasks.compactMap { $0 }
    }
}

extension PlannedTask {
    fileprivate var isConvolution: Bool {
        if case .kernel(let unit) = kind, case .kernel(.convolution) = unit.kind { return true }
        return false
    }
}

/// The one pooling and the gradients that read a convolution's result.
private struct Readers {
    let parameters: PoolParameters
    let pool: Unit
    let place: Int
    private(set) var gradients: [(place: Int, unit: Unit)] = []

    /// Windows whose places are bytes.
    private static let mostPlaces = 255

    /// Nil where anybody else reads it, or windows overlap or leave the convolution's result.
    init?(_ result: Int, _ tasks: [PlannedTask?], _ index: TaskReaders) {
        var found: (parameters: PoolParameters, place: Int, unit: Unit)?
        var others: [(parameters: PoolParameters, place: Int, unit: Unit)] = []
        for place in index.places(result, in: tasks) {
            guard case .kernel(let unit) = tasks[place]?.kind,
                case .kernel(let primitive) = unit.kind
            else {
                return nil
            }
            if case .pool(let parameters) = primitive {
                guard found == nil else { return nil }
                found = (parameters, place, unit)
            } else if case .poolGradient(let parameters) = primitive,
                unit.operands[0].storage == result, unit.operands[1].storage != result
            {
                others.append((parameters, place, unit))
            } else {
                return nil
            }
        }
        guard let found, others.allSatisfy({ $0.parameters == found.parameters }) else {
            return nil
        }
        (parameters, place, pool) = found
        guard parameters.kind == .max, parameters.window == parameters.strides,
            parameters.padding == .zero,
            parameters.window.height * parameters.window.width <= Readers.mostPlaces
        else { return nil }
        gradients = others.map { ($0.place, $0.unit) }
    }
}
