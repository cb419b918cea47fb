import KalsaeData
import KalsaeGraph
import KalsaeLayers
import KalsaeOptimizers
import KalsaeTensor
import KalsaeTesting
import KalsaeTraining
import Testing

/// Members trained as one plan against the same members trained one by one.
@Suite struct StackedStepTests {
    private let features = Tensor.randn([40, 5], seed: 1)
    private let targets = Tensor((0..<40).map { Int32($0 % 3) })

    private func model(_ seed: Int, dropout: Double) throws -> Sequential {
        try withSeed(seed) {
            try Sequential(
                [
                    .dense(units: 7, activation: .mish), .dropout(rate: dropout), .batchNorm,
                    .dense(units: 3),
                ], input: [5])
        }
    }

    private func rows(_ member: Int, _ step: Int) -> [Int32] {
        (0..<8).map { Int32(($0 * (member + 3) + step * 5) % 40) }
    }

    /// Dropout is the same where a member's key is: that of the first is a lone training's.
    @Test(arguments: [(0.0, 3), (0.4, 1)])
    func membersTrainAsAlone(_ dropout: Double, _ compared: Int) throws {
        let members = try (0..<3).map { try model($0, dropout: dropout) }
        let optimizer = AdamW(learningRate: 0.02)
        let stacked = try StackedStep(
            members, optimizer: optimizer, seed: 9, shared: [features, targets]
        ) { model, inputs in
            Loss.softmaxCrossEntropy(
                model(inputs[0].gathered(at: inputs[2])), inputs[1].gathered(at: inputs[2]))
        }
        var losses: [[Float]] = []
        for step in 0..<6 {
            try stacked.run([Tensor((0..<3).flatMap { rows($0, step) })])
            losses.append(try stacked.losses())
        }
        #expect(stacked.count == 6)
        for member in 0..<compared {
            let alone = try BatchStep(
                members[member], loss: .softmaxCrossEntropy, optimizer: optimizer, seed: 9)
            for step in 0..<6 {
                let batch = Tensor(rows(member, step))
                let loss = try alone.run(
                    try features.gathered(at: batch).evaluate(),
                    try targets.gathered(at: batch).evaluate())
                // Sums of eight rows and seven units in another order, over six steps.
                #expect((loss - Double(losses[step][member])).magnitude < 1e-4)
            }
            let own = stacked.models.member(member)
            #expect(own.tensors.map(\.path) == alone.model.tensors.map(\.path))
            for (got, expected) in zip(own.tensors, alone.model.tensors) {
                #expect(
                    Closeness.mismatch(
                        got.tensor, expected.tensor,
                        tolerance: Tolerance(relative: 1e-3, absolute: 1e-3)) == nil)
            }
        }
    }

    @Test func membersDropOtherUnits() throws {
        let members = [try model(0, dropout: 0.5), try model(0, dropout: 0.5)]
        let step = try StackedStep(
            members, optimizer: SGD(learningRate: 0.1), seed: 0, shared: [features, targets]
        ) { model, inputs in
            Loss.softmaxCrossEntropy(
                model(inputs[0].gathered(at: inputs[2])), inputs[1].gathered(at: inputs[2]))
        }
        let batch = rows(0, 0)
        try step.run([Tensor(batch + batch)])
        let losses = try step.losses()
        #expect(losses.count == 2)
        #expect(losses[0] != losses[1])
    }
}
