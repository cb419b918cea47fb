/// A learning rate that a diagnosis proposes, within those that trainings have.
enum ProposedRate {
    private static let usual = 1e-6...1.0

    /// A tenth of a rate; 0.01 where that is more than any training has, nil where it is less.
    static func below(_ rate: Double) -> Double? {
        let tenth = rate / 10
        guard tenth <= usual.upperBound else { return 0.01 }
        return tenth >= usual.lowerBound ? tenth : nil
    }

    /// Ten times a rate; 0.0001 where that is less than any training has, nil where it is more.
    static func above(_ rate: Double) -> Double? {
        let tenfold = rate * 10
        guard tenfold >= usual.lowerBound else { return 0.0001 }
        return tenfold <= usual.upperBound ? tenfold : nil
    }
}
