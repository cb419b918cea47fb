import KalsaeDistributed
import KalsaeSupport
import KalsaeTesting
import Testing

@Suite struct AgreementTests {
    private static func run(failing: Set<Int>) -> [Result<Int, any Error>] {
        LocalGroup.run(3, hosts: ["a", "a", "b"]) { group in
            try group.agree("opening data") {
                guard !failing.contains(group.rank) else {
                    throw KalsaeError("x.csv", expected: "a file", got: "\(group.rank)")
                }
                return 10 * group.rank
            }
        }
    }

    private func text(_ result: Result<Int, any Error>) -> String {
        switch result {
        case .success(let value): "\(value)"
        case .failure(is OtherRankFailed): "other"
        case .failure(let error): "\(type(of: error)) \(error)"
        }
    }

    @Test func withoutErrorsEachHasItsOwnResult() {
        #expect(Self.run(failing: []).map(text) == ["0", "10", "20"])
    }

    @Test func anErrorIsToldByRankZeroOnly() {
        let line = "x.csv: expected a file, got"
        #expect(Self.run(failing: [0]).map(text) == ["KalsaeError \(line) 0", "other", "other"])
        #expect(
            Self.run(failing: [2]).map(text)
                == ["RankFailed rank 2 (host b): \(line) 2", "other", "other"])
        #expect(
            Self.run(failing: [1, 2]).map(text)
                == ["RankFailed rank 1 (host a): \(line) 1", "other", "other"])
        #expect(
            Self.run(failing: [0, 1, 2]).map(text) == ["KalsaeError \(line) 0", "other", "other"])
    }

    @Test func theEndOfAGroupEndsAllThatWait() {
        let results = LocalGroup.run(2) { group in
            if group.rank == 1 { return group.abort(3) }
            try group.barrier(doing: "a test")
        }
        #expect(throws: KalsaeError.self) { try results[0].get() }
    }
}
