import KalsaeBackend
import KalsaeLayers
import KalsaeOptimizers
import KalsaeTensor

/// How runs are divided: stacks that train side by side, each on a core, and their members.
///
/// The products of a small network are too small for two cores, and what a step costs beside them is
/// the same for one member and for many. So each core has a stack of its own, of no more members than
/// hide that cost and than its cache holds: those that have ended are computed until others begin.
package struct StackLayout: Sendable, Equatable {
    /// Stacks at a time, and members of each.
    package var stacks: Int, width: Int

    package init(stacks: Int, width: Int) { (self.stacks, self.width) = (stacks, width) }

    /// Microseconds of a step that hide what it costs besides.
    private static let hiding = 50.0
    /// The second-level cache of a core.
    private static let cache = 1 << 20
    /// Members beyond which a step costs no less for each.
    private static let most = 64

    /// The layout for a number of runs like one.
    package init(for run: TrainingRun, count: Int) {
        let cost = StepCost(run)
        stacks = max(1, min(ComputeThread.threadCount, count))
        let share = (count + stacks - 1) / stacks
        let hiding = Int((Self.hiding / cost.microseconds).rounded(.up))
        width = max(1, min(share, hiding, Self.most, Self.cache / max(cost.bytes, 1)))
    }
}

/// What a step of a run costs on one core.
struct StepCost {
    /// Bytes that it reads and writes: weights, gradients, what the optimizer remembers, and three
    /// numbers for each output of a layer and row.
    let bytes: Int
    /// Operations: two a weight and row, forward, for the gradient of the input and for that of the
    /// weight.
    let flops: Double
    /// Its time beside what is the same for any network.
    let microseconds: Double

    /// Operations of small products in a microsecond; microseconds for a weight's update, and for each
    /// number that the optimizer remembers of it.
    private static let speed = 60_000.0, update = 2e-4, slot = 2.5e-4

    init(_ run: TrainingRun) {
        let parameters = run.model.parameterCount
        let slots = (try? run.recipe.makeOptimizer().slotCount) ?? 0
        // A bias or scale for each output.
        let outputs = run.model.tensors.filter { $0.path.role == .parameter && $0.tensor.rank == 1 }
            .reduce(0) { $0 + $1.tensor.count }
        bytes = 4 * ((2 + slots) * parameters + 3 * run.recipe.batch * outputs)
        flops = 6 * Double(parameters) * Double(run.recipe.batch)
        microseconds =
            flops / Self.speed + Double(parameters) * (Self.update + Double(slots) * Self.slot)
    }
}
