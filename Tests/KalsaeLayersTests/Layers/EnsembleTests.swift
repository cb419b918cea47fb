import KalsaeGraph
import KalsaeLayers
import KalsaeTensor
import KalsaeTesting
import Testing

@Suite struct EnsembleTests {
    private let x = Tensor.randn([5, 4], seed: 1, dtype: .float64)

    private func built(_ spec: LayerSpec) throws -> Ensemble {
        let layer = try withSeed(3) { try spec.build(input: [4]).layer }
        return try #require(layer as? Ensemble).mapTensors { _, tensor in
            tensor.cast(to: .float64)
        }
    }

    @Test func valuesAreTheWeighedMeanOfCutMembers() throws {
        let ensemble = try built(
            .ensemble(
                [
                    .init(layers: [.dense(units: 2)], count: 2, weight: 3),
                    .init(
                        layers: [.dense(units: 3, activation: .tanh), .dense(units: 2)], count: 3),
                ], range: [-0.5, 0.75]))
        var expected = [Double](repeating: 0, count: 10)
        for (group, (weight, count)) in zip(ensemble.groups, [(0.75, 2), (0.25, 3)]) {
            for index in 0..<count {
                let answer = try group.members.member(index)(x).values(Double.self)
                for position in answer.indices {
                    expected[position] +=
                        weight / Double(count) * min(max(answer[position], -0.5), 0.75)
                }
            }
        }
        let got = ensemble(x)
        #expect(got.shape == [5, 2])
        #expect(
            Closeness.mismatch(
                try got.values(Double.self), expected,
                tolerance: Tolerance(relative: 1e-6, absolute: 1e-7)) == nil)
    }

    @Test func probabilitiesAreAveragedBehindTheSoftmax() throws {
        let ensemble = try built(
            .ensemble(
                [.init(layers: [.dense(units: 3)], count: 4)], averaging: .probabilities,
                temperature: 2))
        var expected = [Double](repeating: 0, count: 15)
        for index in 0..<4 {
            let member = ensemble.groups[0].members.member(index)
            let shares = try (member(x) / 2).softmax().values(Double.self)
            for position in shares.indices { expected[position] += shares[position] / 4 }
        }
        let got = try ensemble(x).exp().values(Double.self)
        #expect(
            Closeness.mismatch(
                got, expected, tolerance: Tolerance(relative: 1e-6, absolute: 1e-9)) == nil)
    }

    @Test func membersBeginApart() throws {
        let ensemble = try built(.ensemble([.init(layers: [.dense(units: 2)], count: 2)]))
        let members = ensemble.groups[0].members
        #expect(members.tensors.map(\.tensor.shape) == [[2, 4, 2], [2, 2]])
        let first = try members.member(0).tensors[0].tensor.values(Double.self)
        #expect(try members.member(1).tensors[0].tensor.values(Double.self) != first)
        #expect(
            ensemble.tensors.map(\.path.name) == [
                "groups.0.members.dense1.weight", "groups.0.members.dense1.bias",
            ])
    }

    @Test(arguments: [
        LayerSpec.ensemble([]),
        .ensemble([.init(layers: [.dense(units: 2)], count: 0)]),
        .ensemble([.init(layers: [.dense(units: 2)], count: 2, weight: -1)]),
        .ensemble([.init(layers: [.dense(units: 2)], count: 2, weight: .nan)]),
        .ensemble([.init(layers: [.dense(units: 2)], count: 1 << 40)]),
        .ensemble([.init(layers: [.dense(units: 2)], count: 2)], temperature: 0),
        .ensemble([.init(layers: [.dense(units: 2)], count: 2)], range: [1]),
        .ensemble([.init(layers: [.dense(units: 2)], count: 2)], range: [2, 1]),
        .ensemble([
            .init(layers: [.dense(units: 2)], count: 2),
            .init(layers: [.dense(units: 3)], count: 2),
        ]),
    ])
    func refuses(_ spec: LayerSpec) {
        #expect(throws: (any Error).self) { try spec.build(input: [4]) }
    }
}

@Suite struct PiecewiseLinearEmbeddingTests {
    @Test func intervalsFillOneAfterTheOther() throws {
        var layer = PiecewiseLinearEmbedding(.init(columns: [1, 0], bins: 3))
        layer.setBoundaries([[0, 1, 3], [-2, 0, 2, 10]])
        let x = Tensor([Float(-1), 2, 4, -5]).reshaped(to: [2, 2])
        let got = layer(x)
        #expect(got.shape == [2, 8])
        // The numbers; column 1 with two intervals and none in the third; column 0 with three.
        #expect(
            try got.values(Float.self) == [
                -1, 2, 0.5, 0, -0.5, 0, -0.5, -0.5,
                4, -5, -0.5, -0.5, -0.5, 0.5, 0.5, -0.25,
            ])
    }

    @Test func runsOfColumnsAreTheSameAsGatheredOnes() throws {
        var run = PiecewiseLinearEmbedding(.init(columns: [1, 2], bins: 2))
        var gathered = PiecewiseLinearEmbedding(.init(columns: [2, 1], bins: 2))
        run.setBoundaries([[0, 1, 2], [0, 2, 4]])
        gathered.setBoundaries([[0, 2, 4], [0, 1, 2]])
        let x = Tensor.rand([6, 3], seed: 2) * 4
        let (first, second) = (try run(x).values(Float.self), try gathered(x).values(Float.self))
        for row in 0..<6 {
            let (a, b) = (first[(7 * row)..<(7 * row + 7)], second[(7 * row)..<(7 * row + 7)])
            #expect(Array(a.dropFirst(3).prefix(2)) == Array(b.suffix(2)))
            #expect(Array(a.suffix(2)) == Array(b.dropFirst(3).prefix(2)))
        }
    }

    @Test(arguments: [[-1], [4], []]) func refusesColumns(_ columns: [Int]) {
        #expect(throws: (any Error).self) {
            try LayerSpec.piecewiseLinear(columns: columns).build(input: [4])
        }
    }
}
