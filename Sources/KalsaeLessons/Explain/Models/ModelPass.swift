import Kalsae

/// A network from an input to the number that is explained.
struct ModelPass: Sendable {
    let stages: [ModelStage]
    let question: ModelQuestion
    /// The shape of one input.
    let shape: Shape

    /// A batch of one input.
    func tensor(_ input: [Double]) -> Tensor {
        Tensor(input, shape: Shape([1] + shape.sizes))
    }

    /// The input and what each stage gives.
    ///
    /// - Parameter added: a tensor of zeros for each, whose gradients are those of the values.
    func values(_ model: Sequential, _ x: Tensor, adding added: [Tensor] = []) -> [Tensor] {
        var values = [added.isEmpty ? x : x + added[0]]
        for (index, stage) in stages.enumerated() {
            let value = stage(model, values[index])
            values.append(added.isEmpty ? value : value + added[index + 1])
        }
        return values
    }

    /// The loss, or the sum of the outputs.
    func result(of values: [Tensor]) -> Tensor {
        let output = values[values.count - 1]
        let targets = question.targets(outputs: output.count)
        return targets.map { question.loss(output, $0) } ?? output.sum()
    }

    func result(_ model: Sequential, _ input: [Double]) throws -> Double {
        try result(of: values(model, tensor(input))).item(Double.self)
    }
}
