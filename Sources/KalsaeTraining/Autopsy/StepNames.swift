import KalsaeTensor

/// What a person calls the inputs and outputs of a training step's graph.
struct StepNames {
    private let parameters: [String]

    init(_ model: some TensorTree) {
        parameters = model.tensors.filter { $0.path.role == .parameter }.map(\.path.name)
    }

    /// The first part of a batch.
    static let features = "the batch's features"

    /// As `dense1.weight`, `the optimizer's memory of dense1.weight`, `the batch's features`.
    func input(_ name: String) -> String {
        switch name {
        case "input 1": return "the optimizer's settings"
        case "input 2": return "the random key"
        case "input 3": return Self.features
        case "input 4": return "the batch's targets"
        case "input 5": return "the scale of features"
        case "input 6": return "the rows' weights"
        default: return tensor(name)
        }
    }

    /// The same for a step of a stack of models: its own inputs are the rows of a table in memory, and
    /// which of them make the batch.
    func stackedInput(_ name: String, count: Int) -> String {
        switch name {
        case "input 3": return Self.features
        case "input 4": return "the table's targets"
        case "input \(count)": return "the rows of the batch"
        case "input 5": return "the rows' weights"
        default: return input(name)
        }
    }

    /// As `loss`, or a tensor that the step changes.
    func output(_ name: String) -> String {
        switch name {
        case "result 1": return "loss"
        case "result 2": return "the sum of the rows' weights"
        default: return tensor(name)
        }
    }

    /// The state is a pair of model and optimizer: `first.dense1.weight`, `second.slots.3.0`.
    private func tensor(_ name: String) -> String {
        if name.hasPrefix("first.") { return String(name.dropFirst("first.".count)) }
        let parts = name.split(separator: ".")
        guard parts.count == 4, parts[0] == "second", let index = Int(parts[2]),
            parameters.indices.contains(index)
        else { return name }
        return "the optimizer's memory of \(parameters[index])"
    }
}
