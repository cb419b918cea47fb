import KalsaeSearch
import KalsaeSupport
import KalsaeTesting
import Testing

/// A sampler with a fault.
private struct Faulty: Sampler {
    enum Fault { case outside, notANumber, short, counts, ignoresSeed, worst, failsOnFailures }
    let name = "faulty"
    let fault: Fault
    private var count = 0

    init(_ fault: Fault) { self.fault = fault }

    mutating func propose(for request: SamplerRequest) throws(KalsaeError) -> [Double] {
        count += 1
        var point = request.randomPoint()
        guard !point.isEmpty else { return [] }
        switch fault {
        case .outside: point[0] = request.number == 17 ? 1.0001 : point[0]
        case .notANumber: point[0] = request.number == 17 ? .nan : point[0]
        case .short: point = Array(point.dropLast())
        case .counts: point[0] = Double(count % 7) / 7
        case .ignoresSeed: point = point.map { _ in Double(request.number % 5) / 5 }
        case .worst: point = point.map { _ in 0.999 }
        case .failsOnFailures:
            if request.history.trials.contains(where: { $0.state == .failed }) {
                throw KalsaeError("faulty", expected: "no failure", got: "one")
            }
        }
        return point
    }
}

@Suite("checkSampler finds")
struct CheckSamplerTests {
    private func rules(_ fault: Faulty.Fault) -> [String] {
        samplerMismatches(Faulty(fault))
    }

    @Test func nothingWhereNothingIsWrong() {
        #expect(samplerMismatches(RandomSampler()) == [])
    }

    @Test func eachPlantedFault() {
        #expect(rules(.outside).contains { $0.hasPrefix("faulty, range: expected coordinates") })
        #expect(rules(.notANumber).contains { $0.hasPrefix("faulty, range: expected coordinates") })
        #expect(rules(.short).contains { $0.hasPrefix("faulty, range: expected 7 coordinates") })
        #expect(rules(.counts).contains { $0.hasPrefix("faulty, purity: expected") })
        #expect(rules(.ignoresSeed).contains { $0.hasPrefix("faulty, seed: expected other") })
        #expect(rules(.worst).contains { $0.hasPrefix("faulty, quality: expected a best") })
        #expect(
            rules(.failsOnFailures) == [
                "faulty, all states: threw faulty: expected no failure, got one"
            ])
    }
}
