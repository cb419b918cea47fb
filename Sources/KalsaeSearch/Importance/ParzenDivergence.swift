/// PED-ANOVA: the Pearson divergence of a parameter's density over the best tenth of the trials
/// from that over all.
///
/// Source: Watanabe, Bansal and Hutter, "PED-ANOVA: efficiently quantifying hyperparameter
/// importance in arbitrary subspaces" (2023).
enum ParzenDivergence {
    private static let cells = 64

    static func importance(_ trials: RankedTrials, _ space: SearchSpace) -> [Double] {
        let complete = trials.order.prefix(trials.completeCount)
        let best = complete.prefix(max(5, complete.count / 10))
        return space.parameters.indices.map { column in
            func values(_ indices: ArraySlice<Int>) -> [Double] {
                indices.map { trials.points[$0 * trials.dimension + column] }.filter { !$0.isNaN }
            }
            let (good, all) = (values(best), values(complete))
            guard good.count > 1, all.count > 1 else { return 0 }
            let options = space.parameters[column].optionCount
            let p = options > 0 ? shares(good, options) : density(good)
            let q = options > 0 ? shares(all, options) : density(all)
            return zip(p, q).reduce(0.0) { sum, pair in
                let ratio = pair.0 / pair.1 - 1
                return sum + pair.1 * ratio * ratio
            }
        }
    }

    /// The shares of options, none of them zero.
    private static func shares(_ values: [Double], _ options: Int) -> [Double] {
        var counts = [Double](repeating: 1 / Double(options), count: options)
        for u in values { counts[min(Int(u * Double(options)), options - 1)] += 1 }
        let sum = counts.reduce(0, +)
        return counts.map { $0 / sum }
    }

    /// A mixture of normal kernels by Scott's rule over cells of [0, 1], and a uniform one with the
    /// weight of a trial.
    private static func density(_ values: [Double]) -> [Double] {
        let count = Double(values.count)
        let mean = values.reduce(0, +) / count
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
        let width = max(variance.squareRoot() * power(count, -0.2), 1 / Double(cells))
        var masses = [Double](repeating: 1 / Double(cells), count: cells)
        for x in values {
            var before = normalShare(below: -x / width)
            let whole = normalShare(below: (1 - x) / width) - before
            for cell in 0..<cells {
                let next = normalShare(below: (Double(cell + 1) / Double(cells) - x) / width)
                masses[cell] += (next - before) / whole
                before = next
            }
        }
        return masses.map { $0 / (count + 1) }
    }
}
