import KalsaeGraph
import KalsaeLayers
import KalsaeTensor
import Testing

private struct Classifier: Layer {
    var hidden = Dense(4, 8, activation: .relu)
    var norm = BatchNorm(8)
    var heads = [Dense(8, 3), Dense(8, 1)]
    static let parts = Parts(\Self.hidden, \.norm, \.heads)
    func callAsFunction(_ x: Tensor) -> Tensor { heads[0](norm(hidden(x))) }
}

/// Models as trees, summaries as tables.
@Suite struct PrintingTests {
    @Test func modelsAreTrees() {
        #expect(
            "\(Classifier())" == """
                Classifier, 92 parameters
                ├─ hidden: Dense, 40 parameters
                │  ├─ weight: float32[4, 8]
                │  └─ bias: float32[8]
                ├─ norm: BatchNorm, 16 parameters
                │  ├─ gamma: float32[8]
                │  ├─ beta: float32[8]
                │  ├─ runningMean: float32[8], not trained
                │  └─ runningVariance: float32[8], not trained
                └─ heads: Array<Dense>
                   ├─ 0: Dense, 27 parameters
                   │  ├─ weight: float32[8, 3]
                   │  └─ bias: float32[3]
                   └─ 1: Dense, 9 parameters
                      ├─ weight: float32[8, 1]
                      └─ bias: float32[1]
                """)
    }

    @Test func sequentialModelsNameTheirLayers() throws {
        let model = try Sequential(
            [.flatten, .residual([.dense(units: 1200)]), .dense(units: 1)], input: [30, 40])
        #expect(
            "\(model)" == """
                Sequential, 1,442,401 parameters
                ├─ flatten1: Flatten
                ├─ residual1: Residual, 1,441,200 parameters
                │  ├─ inner: Sequential, 1,441,200 parameters
                │  │  └─ dense1: Dense, 1,441,200 parameters
                │  │     ├─ weight: float32[1200, 1200]
                │  │     └─ bias: float32[1200]
                │  └─ shortcut: Sequential
                └─ dense1: Dense, 1,201 parameters
                   ├─ weight: float32[1200, 1]
                   └─ bias: float32[1]
                """)
    }

    @Test func summariesAreTables() throws {
        let model = try Sequential(
            [.conv2D(filters: 30, kernel: 5), .flatten, .dense(units: 10)], input: [28, 28, 1])
        #expect(
            "\(model.summary)" == """
                layer     output            parameters      operations
                ──────────────────────────────────────────────────────
                conv2D1   [24, 24, 30]             780         864,000
                flatten1  [17280]                    0               0
                dense1    [10]                 172,810         345,600
                ──────────────────────────────────────────────────────
                total                          173,590       1,209,600
                """)
        let ensemble = try Sequential(
            [
                .ensemble([
                    .init(layers: [.dense(units: 8), .dense(units: 2)], count: 5),
                    .init(layers: [.dense(units: 2)], count: 1),
                ])
            ], input: [4])
        let member = try Sequential([.dense(units: 8), .dense(units: 2)], input: [4])
        #expect(ensemble.summary[0].groups.map(\.count) == [5, 1])
        #expect(ensemble.summary[0].groups[0].network == member.summary)
        #expect(
            "\(ensemble.summary)".split(separator: "\n").map { $0.prefix(14).description } == [
                "layer         ", "──────────────", "ensemble1     ", "  5 networks o",
                "    dense1    ",
                "    dense2    ", "  1 network of", "    dense1    ", "──────────────",
                "total         ",
            ])
        let long = String(repeating: "name", count: 30)
        let row = Sequential.SummaryRow(
            name: long, output: Array(repeating: 1000, count: 20), parameters: 999_999_999_999,
            operations: 7)
        let lines = Sequential.Summary([row]).description.split(separator: "\n")
        #expect(lines.count == 5)
        #expect(Set(lines.dropFirst(3).map(\.count)).union(lines.prefix(2).map(\.count)) == [80])
    }
}
