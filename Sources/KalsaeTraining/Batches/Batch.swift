import KalsaeData
import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// Inputs and targets of one step.
public struct Batch: Sendable {
    /// What the step is given.
    enum Storage: Sendable {
        /// Rows of a set in memory, which the step's plan gathers by number.
        case rows(ResidentRows, ArraySlice<Int32>)
        /// Tensors of the batch's own.
        case tensors(inputs: Tensor, targets: Tensor, weights: Tensor?)
    }

    let storage: Storage

    /// A batch of tensors.
    ///
    /// - Parameters:
    ///   - inputs: `[rows, …]`.
    ///   - targets: `[rows]` class numbers or `[rows, outputs]` values.
    ///   - weights: how much each row counts in the loss, `[rows]`; all alike without.
    public init(_ inputs: Tensor, _ targets: Tensor, weights: Tensor? = nil) {
        storage = .tensors(inputs: inputs, targets: targets, weights: weights)
    }

    package init(_ data: ResidentRows, rows: ArraySlice<Int32>) { storage = .rows(data, rows) }

    /// The number of rows.
    public var count: Int {
        switch storage {
        case .rows(_, let rows): rows.count
        case .tensors(let inputs, _, _): inputs.shape.first ?? 0
        }
    }

    /// The numbers of its rows in their set; none where it has tensors of its own.
    var rowNumbers: [Int] {
        guard case .rows(_, let rows) = storage else { return [] }
        return rows.map(Int.init)
    }

    /// The inputs as a network takes them: pixels are `float32` and scaled.
    public var inputs: Tensor {
        switch storage {
        case .rows(let set, let rows): set.inputs(rows)
        case .tensors(let inputs, _, _): inputs
        }
    }

    /// The targets.
    public var targets: Tensor {
        switch storage {
        case .rows(let set, let rows): set.data.targets.gathered(at: Tensor(Array(rows)))
        case .tensors(_, let targets, _): targets
        }
    }

    /// How much each row counts; nil where all count alike.
    public var weights: Tensor? {
        switch storage {
        case .rows(let set, let rows): set.data.weights?.gathered(at: Tensor(Array(rows)))
        case .tensors(_, _, let weights): weights
        }
    }

    /// Waits for images that are decoded ahead. Throws where a step would have no numbers: means over
    /// no rows are none, and would be in all weights after it.
    func check() throws {
        if case .rows(let set, let rows) = storage { try set.data.images?.wait(for: rows) }
        guard case .tensors(let inputs, let targets, let weights) = storage else { return }
        for tensor in [inputs, targets, weights] { if let fault = tensor?.fault { throw fault } }
        guard let rows = inputs.shape.first, rows > 0 else {
            throw KalsaeError(
                "batch", expected: "at least one row", got: "inputs \(inputs.shape)",
                advice: "leave batches without rows out of the source")
        }
        guard targets.shape.first == rows else {
            throw KalsaeError(
                "batch", expected: "targets of \(rows.counting("row"))", got: "\(targets.shape)",
                advice: "give each row of inputs \(inputs.shape) a target")
        }
        guard weights?.shape.first ?? rows == rows else {
            throw KalsaeError(
                "batch", expected: "weights [\(rows)]", got: "\(weights?.shape ?? [])")
        }
    }

    /// One of parts, whose sizes differ by one row at most.
    func part(_ index: Int, of count: Int) -> Batch {
        guard count > 1 else { return self }
        let range = SumTree.share(index, of: count, self.count)
        switch storage {
        case .rows(let set, let rows):
            let start = rows.startIndex
            return Batch(
                set, rows: rows[(start + range.lowerBound)..<(start + range.upperBound)])
        case .tensors(let inputs, let targets, let weights):
            return Batch(inputs[range], targets[range], weights: weights.map { $0[range] })
        }
    }

    /// The first rows, at most as many as given.
    func prefix(_ most: Int) -> Batch {
        guard count > most else { return self }
        switch storage {
        case .rows(let set, let rows): return Batch(set, rows: rows.prefix(most))
        case .tensors(let inputs, let targets, let weights):
            return Batch(
                inputs[0..<most], targets[0..<most], weights: weights.map { $0[0..<most] })
        }
    }
}

/// A data set behind one reference: batches of its rows are handed on without copying it.
package final class ResidentRows: Sendable {
    package let data: Dataset

    package init(_ data: Dataset) { self.data = data }

    /// The inputs of some rows.
    func inputs(_ rows: ArraySlice<Int32>) -> Tensor {
        do {
            try data.images?.wait(for: rows)
        } catch {
            return Tensor(error, operands: [data.features])
        }
        return data.inputs(unchecked: Tensor(Array(rows)))
    }
}
