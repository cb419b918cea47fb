import KalsaeGraph
import KalsaeSupport
import KalsaeTensor
import KalsaeTesting
import Testing

/// One row an operation: value, type, shape and gradients, on the CPU or the device of
/// `KALSAE_DEVICE`.
@Suite struct OpRowsTests {
    static let rows: [OpCase] =
        functionRows + arithmeticRows + comparisonRows + movementRows + reductionRows
        + sortingRows + productRows + convolutionRows + poolingRows + creationRows + randomRows
        + activationRows + softmaxRows + powerRows + trigonometryRows + roundingRows
        + predicateRows + composedMovementRows + statisticsRows + einsumRows + distributionRows
        + attentionRows

    @Test(arguments: rows) func row(_ row: OpCase) {
        if Device.current.name == "cpu" || EnvironmentFlag.longTests.integer > 0 {
            row.check(devices: [.current])
        } else {
            row.compare(with: .current)
        }
    }

    @Test func everyPrimitiveHasARow() throws {
        #expect(try OpCase.missingKinds(in: Self.rows).sorted() == [])
    }

    @Test func namesAreUnique() {
        let names = Self.rows.map(\.name)
        #expect(Set(names).count == names.count)
    }
}
