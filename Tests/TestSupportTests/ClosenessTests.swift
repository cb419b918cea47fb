import KalsaeGraph
import KalsaeTensor
import KalsaeTesting
import Testing

@Suite struct ClosenessTests {
    private let tolerance = Tolerance(relative: 1e-3, absolute: 1e-6)

    private func mismatch(_ got: [Double], _ expected: [Double]) -> String? {
        Closeness.mismatch(got, expected, tolerance: tolerance)
    }

    @Test func acceptsWhatIsClose() {
        #expect(mismatch([], []) == nil)
        #expect(mismatch([1, -2, 0], [1.0005, -2.001, 5e-7]) == nil)
        #expect(mismatch([.nan, .infinity, -.infinity], [.nan, .infinity, -.infinity]) == nil)
        #expect(mismatch([0], [-0.0]) == nil)
    }

    @Test func tellsTheFirstDifferenceAndHowMany() {
        #expect(
            mismatch([1, 2, 3, 4], [1, 2.1, 3, 5])
                == "expected 2.1 at 1, got 2.0 (2 of 4 differ)")
    }

    @Test func countsComeBeforeNumbers() {
        #expect(mismatch([1, 2], [1]) == "expected 1 elements, got 2")
        #expect(mismatch([], [1]) == "expected 1 elements, got 0")
    }

    @Test func specialNumbersAreCloseToThemselvesOnly() {
        for number in [0, 1, Double.infinity, -Double.infinity, .greatestFiniteMagnitude] {
            #expect(mismatch([.nan], [number]) != nil)
            #expect(mismatch([number], [.nan]) != nil)
        }
        #expect(mismatch([.infinity], [-.infinity]) != nil)
        #expect(mismatch([1e300], [.infinity]) != nil)
        #expect(mismatch([.infinity], [1e300]) != nil)
    }

    @Test func aToleranceThatAllowsNothingOrEverythingIsRefused() {
        for bad in [0, -1, Double.infinity, .nan] {
            let tolerance = Tolerance(relative: bad, absolute: 1e-6)
            #expect(
                Closeness.mismatch([1], [1], tolerance: tolerance)?.contains("positive") == true)
            let other = Tolerance(relative: 1e-6, absolute: bad)
            #expect(Closeness.mismatch([1], [1], tolerance: other)?.contains("positive") == true)
        }
    }

    @Test func standardTolerancesAreTight() {
        for dtype in DType.allCases {
            let tolerance = Tolerance.standard(for: dtype)
            #expect(Closeness.mismatch([1], [1.02], tolerance: tolerance) != nil, "\(dtype)")
            #expect(Closeness.mismatch([1], [1], tolerance: tolerance) == nil, "\(dtype)")
        }
        #expect(
            Closeness.mismatch([1], [1 + 1e-5], tolerance: .standard(for: .float32)) != nil)
        #expect(
            Closeness.mismatch([1], [1 + 1e-13], tolerance: .standard(for: .float64)) != nil)
    }

    @Test func wholeNumbersMustBeEqual() {
        #expect(Closeness.mismatch([.max], [.max]) == nil)
        #expect(Closeness.mismatch([Int64.max], [.max - 1]) != nil)
        #expect(Closeness.mismatch([1, 2], [Int64(1)]) == "expected 1 elements, got 2")
    }
}

@Suite struct ExpectationTests {
    private let x: Tensor = [[1, 2], [3, 4]]

    @Test func acceptsEqualTensors() {
        expectClose(x, [[1, 2], [3, 4]])
        expectClose(x, [1, 2, 3, 4], shape: [2, 2])
        expectClose(x.cast(to: .int32), [1, 2, 3, 4], shape: [2, 2], dtype: .int32)
        expectClose(x .> 2, [0, 0, 1, 1], shape: [2, 2], dtype: .bool)
    }

    @Test func shapesAndTypesComeBeforeNumbers() {
        #expect(Closeness.mismatch(x, x.flattened()) == "expected shape [4], got [2, 2]")
        #expect(
            Closeness.mismatch(x.cast(to: .int32), x) == "expected float32, got int32")
        #expect(Closeness.mismatch(x, x.cast(to: .float64)) == "expected float64, got float32")
        #expect(Closeness.mismatch(x, x + 1)?.hasSuffix("(4 of 4 differ)") == true)
    }

    @Test func differencesAreIssues() {
        withKnownIssue {
            expectClose(x, x + 1e-3)
        } matching: {
            "\($0)".contains("4 of 4 differ")
        }
        withKnownIssue { expectClose(x, [1, 2, 3], shape: [2, 2]) }
        withKnownIssue { expectClose(x, [1, 2, 3, 4], shape: [4]) }
        withKnownIssue { expectClose(x, [1, 2, 3, 4], shape: [2, 2], dtype: .float64) }
    }

    @Test func faultsAreIssuesWhereNumbersAreExpected() {
        let faulty = x + Tensor([Float(1), 2, 3])
        withKnownIssue {
            expectClose(faulty, x)
        } matching: {
            "\($0)".contains("add: expected")
        }
        expectFault(faulty, "add: expected")
        withKnownIssue {
            expectFault(x)
        } matching: {
            "\($0)".contains("expected a fault")
        }
        withKnownIssue { expectFault(faulty, "matmul") }
    }

    @Test func everyElementIsTriedAndNamed() {
        var tried: [Int] = []
        withKnownIssue {
            withEvery("size", in: 1...3) { size in
                tried.append(size)
                try withEveryError(size)
            }
        } matching: { issue in
            "\(issue)".contains("[size = 2] threw")
        }
        #expect(tried == [1, 2, 3])
        withKnownIssue {
            withEvery("row", in: [4]) { _ in
                withEvery("column", in: [5]) { _ in expectClose(x, x + 1) }
            }
        } matching: { issue in
            "\(issue)".contains("[row = 4, column = 5] expected")
        }
    }

    private struct PlantedError: Error {}

    private func withEveryError(_ size: Int) throws {
        if size == 2 { throw PlantedError() }
    }
}
