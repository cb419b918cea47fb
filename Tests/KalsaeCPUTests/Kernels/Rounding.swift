import Testing

/// Bounds on the rounding of `float32` sums of products, relative to the sum of the terms' sizes.
///
/// With n roundings on the way of each term, the computed sum differs from the exact one by at most
/// `gamma(n)` times the sum of the terms' absolute values (Higham, Accuracy and Stability of
/// Numerical Algorithms, 2nd edition, section 3.1), in whatever order the terms are added.
enum Rounding {
    /// Half a unit in the last place of `float32`.
    static let unit = 0x1p-24

    /// n u / (1 - n u).
    static func gamma(_ n: Int) -> Double { Double(n) * unit / (1 - Double(n) * unit) }

    /// For sums of `terms` products, whatever engine makes them.
    ///
    /// - Chains of multiply-adds round once a term; up to 16 partial sums are then added.
    /// - Limbs of bfloat16: tiles add 16 pairs, then both halves, then to C, and that in six products
    ///   for each 32 terms. The limbs' products have sizes that add up to at most 1.02 of the terms',
    ///   and those left out (middle by last, last by last) are below 2^-25 of a term each.
    static func bound(terms: Int) -> Double {
        let chain = gamma(terms + 17)
        let tiles = 1.02 * gamma(6 * ((terms + 31) / 32) + 34) + 0x1p-24
        return max(chain, tiles)
    }

    /// Expects each element to lie near its exact sum.
    ///
    /// - Parameters:
    ///   - sizes: the sums of the terms' absolute values.
    ///   - bound: the bound, where it is not that of any engine for so many terms.
    static func expectNear(
        _ got: [Double], _ sums: [Double], _ sizes: [Double], terms: Int, _ note: String,
        bound given: Double? = nil, _ location: SourceLocation = #_sourceLocation
    ) {
        #expect(got.count == sums.count, "\(note)", sourceLocation: location)
        let bound = given ?? bound(terms: terms)
        let far = zip(zip(got, sums), sizes).filter { !(abs($0.0 - $0.1) <= bound * $1) }
        #expect(
            far.isEmpty, "\(note): \(far.count) of \(got.count), bound \(bound), \(far.prefix(2))",
            sourceLocation: location)
    }
}
