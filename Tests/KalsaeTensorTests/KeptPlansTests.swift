import KalsaeTensor
import Testing

@Suite struct KeptPlansTests {
    /// A source whose batches all differ must not fill the memory with plans.
    @Test func aStepKeepsThePlansOfSoManyShapes() throws {
        typealias Step = CompiledStep<[Tensor]>
        let step = try Step([Tensor.zeros([])]) { state, inputs in
            state[0] = state[0] + inputs[0].sum()
            return [state[0]]
        }
        let most = Step.keptPlans
        for size in 1...(most + 10) {
            let sum = try step(.ones([size]))[0].item(Float.self)
            // Sums of whole numbers below 2^24 are exact.
            #expect(sum == Float(size * (size + 1) / 2))
            #expect(step.planCount == min(size, most))
        }
        // The newest and one that was dropped.
        _ = try step(.ones([most + 10]))
        let before = try step.state[0].item(Float.self)
        #expect(try step(.ones([1]))[0].item(Float.self) == before + 1)
        #expect(step.planCount == most)
    }
}
