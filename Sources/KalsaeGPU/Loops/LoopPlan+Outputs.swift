import KalsaeGraph
import KalsaeLowering

extension LoopPlan {
    /// Only some of the outputs.
    func with(_ outputs: [Output]) -> LoopPlan {
        var plan = self
        plan.outputs = outputs
        return plan
    }
}

extension LoopPlan.Output {
    /// How elements are joined; of what is stored one by one this is not asked.
    var join: Reduction { reduction ?? .sum }
}
