import KalsaeGraph
import KalsaeLayers
import KalsaeTensor
import KalsaeTesting
import Testing

/// Penalties and constraints: on weights, not on biases.
@Suite struct RegularizerTests {
    private var model: Sequential {
        get throws {
            var model = try Sequential(
                [.dense(units: 2), .batchNorm, .dense(units: 1)], input: [2])
            model = model.mapTensors { path, tensor in
                let value: Double = path.name == "dense1.weight" ? -3 : 2
                return Tensor.full(tensor.shape, value)
            }
            return model
        }
    }

    @Test func penalizesWeightsOnly() throws {
        let model = try model
        // Four weights of -3 and two of 2; biases, gammas and betas are 2 as well.
        expectClose(try #require(Regularizer.l1(0.5).penalty(model)), [8], shape: [])
        expectClose(try #require(Regularizer.l2(0.5).penalty(model)), [22], shape: [])
        expectClose(try #require(Regularizer.halfSquares(1).penalty(model)), [22], shape: [])
        let both = Regularizer(l1: 1, l2: 1, only: ["dense2"])
        expectClose(try #require(both.penalty(model)), [12], shape: [])
        #expect(Regularizer(only: ["dense1"]).penalty(model) == nil)
        #expect(Regularizer.l2(1).penalty(TensorPair(Flatten(), Flatten())) == nil)
    }

    @Test func gradientsAreThoseOfTheFormulas() throws {
        let weight: Tensor = [[-2, 3]]
        let slope = gradient(at: weight) { Regularizer(l1: 0.1, l2: 0.2).penalty(of: $0) }
        expectClose(slope, [-0.1 - 0.8, 0.1 + 1.2], shape: [1, 2])
    }

    @Test func constraintsActOnIncomingWeights() throws {
        let weight: Tensor = [[3, 0.3, -1], [4, 0.4, 0]]
        let limit = Tolerance(relative: 1e-6, absolute: 1e-6)
        expectClose(
            Constraint.maxNorm(1).applied(to: weight), [0.6, 0.3, -1, 0.8, 0.4, 0], shape: [2, 3],
            tolerance: limit)
        expectClose(
            Constraint.unitNorm.applied(to: weight), [0.6, 0.6, -1, 0.8, 0.8, 0], shape: [2, 3],
            tolerance: limit)
        expectClose(
            Constraint.nonNegative.applied(to: weight), [3, 0.3, 0, 4, 0.4, 0], shape: [2, 3])
        expectClose(Constraint.unitNorm.applied(to: .zeros([2, 1])), [0, 0], shape: [2, 1])
        let kernel = Constraint.unitNorm.applied(to: Tensor.ones([2, 2, 1, 3]))
        expectClose(kernel, .full([2, 2, 1, 3], 0.5), tolerance: limit)
    }

    @Test func constraintsLeaveBiasesAlone() throws {
        let changed = Constraint.nonNegative.applied(to: try model)
        for (path, tensor) in changed.tensors {
            let expected: Float = path.name == "dense1.weight" ? 0 : 2
            #expect(try tensor.values().allSatisfy { $0 == expected }, "\(path)")
        }
    }
}
