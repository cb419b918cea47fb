import KalsaeGraph
import KalsaeTensor
import KalsaeTesting
import Testing

/// One row an operation: value, type, shape and gradients on every device.
@Suite struct OpRowsTests {
    static let rows: [OpCase] =
        functionRows + arithmeticRows + comparisonRows + movementRows + reductionRows
        + sortingRows + productRows + convolutionRows + poolingRows + creationRows + randomRows
        + activationRows + softmaxRows + powerRows + trigonometryRows + roundingRows
        + predicateRows + composedMovementRows + statisticsRows + einsumRows + distributionRows
        + attentionRows

    /// The device beside the reference: the CPU, or that of `KALSAE_DEVICE`.
    static let devices: [Device] = [.current]

    @Test(arguments: rows) func row(_ row: OpCase) {
        row.check(devices: Self.devices)
    }

    @Test func everyPrimitiveHasARow() throws {
        #expect(try OpCase.missingKinds(in: Self.rows).sorted() == [])
    }

    @Test func namesAreUnique() {
        let names = Self.rows.map(\.name)
        #expect(Set(names).count == names.count)
    }
}
