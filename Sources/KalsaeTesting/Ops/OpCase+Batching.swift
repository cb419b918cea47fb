import KalsaeGraph
import KalsaeReference
import KalsaeTensor

extension OpCase {
    /// What does not hold for `mapped(over:)`: values and gradients of `count` members at once against
    /// a loop over them, with all inputs batched and with each of them shared; empty where all is well.
    public func batchingMismatches(count: Int, devices: [Device]) -> [String] {
        guard !inputs.isEmpty else { return [] }
        var sharing: [Set<Int>] = [[]]
        if inputs.count > 1 {
            sharing += inputs.indices.map { [$0] }
            sharing += inputs.indices.map { Set(inputs.indices).subtracting([$0]) }
        }
        var found: [String] = []
        for tried in [inputs.map(\.shape)] + shapes {
            for shared in Set(sharing) {
                let subject =
                    tried.map(\.description).joined(separator: " ")
                    + (shared.isEmpty ? "" : ", shared \(shared.sorted())")
                for device in [Device(ReferenceBackend())] + devices {
                    do {
                        let texts = try device.asCurrent {
                            try compareMembers(count, tried, shared: shared)
                        }
                        found += texts.map { "\(subject) on \(device.name): \($0)" }
                    } catch { found.append("\(subject) on \(device.name): threw \(error)") }
                }
            }
        }
        return found
    }

    private func compareMembers(
        _ count: Int, _ shapes: [Shape], shared: Set<Int>
    ) throws -> [String] {
        var members: [[Tensor]] = []
        for seed in 0..<count {
            let own = try makeInputs(.float64, shapes, seed: UInt64(seed) + 5)
            let mixed = own.enumerated().map { index, tensor in
                shared.contains(index) ? members.first?[index] ?? tensor : tensor
            }
            // Inputs of fixed numbers, as indices are, come in another order for some members.
            members.append(
                mixed.enumerated().map { index, tensor in
                    guard case .numbers = inputs[index].domain, seed % 2 == 1,
                        !shared.contains(index), tensor.rank > 0
                    else { return tensor }
                    return tensor.reversed(axes: [0])
                })
        }
        let first = members[0]
        let batchedIndices = first.indices.filter { !shared.contains($0) }
        let stacked = try batchedIndices.map { index in
            try members.map { $0[index] }.stacked()
        }
        func arguments(_ batched: [Tensor]) -> [Tensor] {
            var arguments = first
            for (index, tensor) in zip(batchedIndices, batched) { arguments[index] = tensor }
            return arguments
        }
        var found = try mismatch(
            "value", mapped(over: stacked) { body(arguments($0)) },
            try members.map { body($0) }.stacked())
        guard order > 0 else { return found }
        // Gradients inside of the function, one for each input.
        let inside = try mapped(over: stacked) { try gradients(at: arguments($0), level: 1) }
        let loop = try members.map { try gradients(at: $0, level: 1) }
        for (index, gradient) in inside.enumerated() {
            found += try mismatch(
                "gradient \(index) inside", gradient, try loop.map { $0[index] }.stacked())
        }
        // The gradient of the sum over the members, through the mapped function.
        let weights = RandomWeights(seed: 1)
        let through = try gradient(at: stacked) { batched in
            let results = mapped(over: batched) { body(arguments($0)) }
            return try (0..<count).map { try weights.reduce([results.member($0)]) }
                .reduce(Tensor(0).cast(to: .float64), +)
        }
        for (position, index) in batchedIndices.enumerated() {
            found += try mismatch(
                "gradient \(index) through", through[position],
                try loop.map { $0[index] }.stacked())
        }
        return found
    }

    private func mismatch(_ name: String, _ got: Tensor, _ expected: Tensor) throws -> [String] {
        let reference = try Value(expected)
        let value = try Value(got)
        guard value.type == reference.type else {
            return ["\(name): expected \(reference.type), got \(value.type)"]
        }
        let tolerance = Tolerance.standard(for: reference.dtype).scaled(by: errorFactor * 8)
        return Closeness.mismatch(value, reference, tolerance: tolerance)
            .map { ["\(name): \($0)"] } ?? []
    }
}
