import KalsaeGraph
import KalsaeLayers
import KalsaeSupport
import KalsaeTensor
import KalsaeTesting
import Testing

@Suite struct SummaryTests {
    @Test func operationsOfTheSimpleConvNet() throws {
        let model = try Sequential(
            [
                .conv2D(filters: 30, kernel: 5, activation: .relu), .maxPool2D(2), .flatten,
                .dense(units: 100, activation: .relu), .dense(units: 10),
            ], input: [28, 28, 1])
        let rows = model.summary
        #expect(rows.map(\.name) == ["conv2D1", "maxPool2D1", "flatten1", "dense1", "dense2"])
        #expect(rows.map(\.output) == [[24, 24, 30], [12, 12, 30], [4320], [100], [10]])
        #expect(rows.map(\.parameters) == [780, 0, 0, 432_100, 1010])
        #expect(rows.map(\.operations) == [2 * 576 * 30 * 25, 0, 0, 864_000, 2000])
    }

    @Test func operationsOfOthers() throws {
        func operations(_ spec: LayerSpec, _ input: Shape) throws -> Int? {
            try Sequential([spec], input: input).summary.first?.operations
        }
        #expect(try operations(.simpleRNN(units: 3), [2, 10]) == 2 * (2 * 10 * 3) + 2 * 2 * 9)
        #expect(
            try operations(.depthwiseConv2D(kernel: 3, padding: .same), [4, 4, 8]) == 2 * 128 * 9)
        // Each input has a product for each position of the window and each filter.
        #expect(
            try operations(.conv2DTransposed(filters: 5, kernel: 3, strides: 2), [4, 4, 2])
                == 2 * 32 * 45)
    }
}
