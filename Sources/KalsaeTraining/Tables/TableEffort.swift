/// How much is tried on a table: roughly a second, five, or a minute for 5,000 rows.
public enum TableEffort: String, CaseIterable, Codable, Sendable {
    /// One kind of network, few members.
    case quick
    /// Five kinds of models, eight members each; of fewer than 2,500 rows sixteen.
    case `default`
    /// The same with larger networks, longer, and more members.
    case best

    /// The members of a candidate: folds of the rows. What is learned of few rows varies more from
    /// member to member, and costs less.
    func folds(rows: Int) -> Int {
        switch self {
        case .quick: 4
        case .default: rows < 2_500 ? 16 : 8
        case .best: rows < 2_500 ? 16 : 10
        }
    }

    /// The epochs of a candidate, where the budget allows them.
    var epochs: Int {
        switch self {
        case .quick: 16
        case .default: 48
        case .best: 128
        }
    }

    /// The fewest steps of a candidate: a small table is seen more often.
    var fewestSteps: Int {
        switch self {
        case .quick: 400
        case .default: 1_000
        case .best: 2_500
        }
    }

    /// Multiply-adds, forward, that a candidate may take in all members and epochs.
    var budget: Double {
        switch self {
        case .quick: 2e10
        case .default: 4e10
        case .best: 1e12
        }
    }

    /// What is tried, the cheapest first.
    var candidates: [TableCandidate] {
        let linear = TableCandidate(
            name: "linear", hidden: [], bins: 0, learningRate: 0.03, decay: 0.01)
        let additive = TableCandidate(
            name: "additive", hidden: [], bins: 16, learningRate: 0.01, decay: 0.1)
        let small = TableCandidate(
            name: "small", hidden: [64, 64], bins: 0, learningRate: 0.004, decay: 0.05)
        let piecewise = TableCandidate(
            name: "piecewise", hidden: [64, 64], bins: 24, learningRate: 0.003, decay: 0.1)
        let wide = TableCandidate(
            name: "wide", hidden: [128, 128, 128], bins: 16, dropout: 0.15, learningRate: 0.002,
            decay: 0.1)
        switch self {
        case .quick: return [linear, piecewise]
        case .default: return [linear, additive, small, piecewise, wide]
        case .best:
            let large = TableCandidate(
                name: "large", hidden: [256, 256, 256], bins: 48, dropout: 0.2,
                learningRate: 0.001, decay: 0.2)
            return [linear, additive, small, piecewise, wide, large]
        }
    }
}
