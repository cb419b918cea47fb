import KalsaeData
import KalsaeSupport
import Testing

/// Arrays that do not fit together are errors, never the end of the process.
@Suite struct LabeledDataTests {
    private func data(_ features: Int, _ shape: [Int], _ targets: Int) throws -> LabeledData {
        try LabeledData(
            features: .floats([Float](repeating: 1, count: features)), featureShape: shape,
            targets: .classes([Int32](repeating: 0, count: targets), names: ["a"]))
    }

    @Test func countsMustFit() throws {
        #expect(try data(12, [2, 3], 2).count == 2)
        #expect(try data(0, [4], 0).count == 0)
        for (features, shape, targets) in [
            (11, [2, 3], 2), (12, [2, 3], 3), (0, [4], 1), (6, [-2, -3], 1), (4, [.max, 2], 2),
            (1, [], 2), (0, [1 << 32, 1 << 32], 1),
        ] {
            let error = #expect(throws: KalsaeError.self) { try data(features, shape, targets) }
            #expect(error?.got == "\(features) numbers")
        }
    }

    @Test func rowsMustExist() throws {
        let three = try data(3, [1], 3)
        #expect(try three.rows([2, 0, 2]).count == 3)
        for row in [-1, 3, .max, .min] {
            let error = #expect(throws: KalsaeError.self) { try three.rows([0, row]) }
            #expect(error?.expected == "rows from 0 to 2")
        }
    }

    @Test func copiesAreRowsThatWereThereBefore() throws {
        func copies(_ values: [Float], _ classes: [Int32]) throws -> Int {
            try LabeledData(
                features: .floats(values), featureShape: [2],
                targets: .classes(classes, names: ["a", "b"])
            ).copies()
        }
        #expect(try copies([1, 2, 3, 4, 1, 2, 1, 2], [0, 1, 0, 0]) == 2)
        // Another target, another order, another sign make another row.
        #expect(try copies([1, 2, 1, 2, 2, 1, 0, 1, -0.0, 1], [0, 1, 0, 0, 0]) == 0)
        #expect(try data(6, [1], 6).copies() == 5)
        #expect(try data(6, [1], 6).copies(among: 2) == 1)
    }
}
