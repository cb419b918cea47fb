import Foundation
import KalsaeLayers
import Testing

@Suite struct LogOddsTests {
    /// The definition, with all others summed again for each class.
    private func expected(_ logits: [Float], of label: Int) -> Double {
        let others = logits.indices.filter { $0 != label }.map { Double(logits[$0]) }
        let largest = others.max() ?? 0
        guard largest.isFinite else { return Double(logits[label]) - largest }
        let sum = others.reduce(0) { $0 + exp($1 - largest) }
        return Double(logits[label]) - largest - log(sum)
    }

    @Test(
        arguments: [
            [0.5, -1], [3, 3], [1, 1, 1], [-2, 5, 5, 0], [90, -90, 3.5, 89.5], [300, -300, 0],
            [-.infinity, 2, 1], [-.infinity, -.infinity, 1], [.infinity, 2, 1],
            [1e-7, 0, -1e-7, 1e-7],
        ] as [[Float]])
    func areThoseOfTheDefinition(_ logits: [Float]) {
        let odds = LogOdds(logits[...])
        for (label, logit) in logits.enumerated() {
            let (own, right) = (odds(logit, of: label), expected(logits, of: label))
            // A sum of n terms, the largest 1, less one of them: n roundings of a sum of at most n.
            let bound = Double(logits.count * logits.count) * .ulpOfOne * (1 + right.magnitude)
            #expect(own == right || (own - right).magnitude <= bound, "\(label): \(own), \(right)")
        }
    }

    /// Classes that a slice numbers from its own start.
    @Test func rowsAreSlices() {
        let all: [Float] = [9, 9, 1, 2, 4]
        let odds = LogOdds(all[2...])
        #expect((odds(4, of: 2) - expected([1, 2, 4], of: 2)).magnitude < 1e-15)
    }
}
