import KalsaeGraph
import KalsaeReference
import KalsaeSupport
import Testing

@Suite struct MovementTests {
    private let matrix = doubles([2, 3], [1, 2, 3, 4, 5, 6])

    @Test func broadcast() throws {
        let row = try run(.broadcast([2, 3]), [doubles([1, 3], [1, 2, 3])])
        #expect(row.numbers == .floats([1, 2, 3, 1, 2, 3]))
        let column = try run(.broadcast([2, 3]), [doubles([2, 1], [1, 2])])
        #expect(column.numbers == .floats([1, 1, 1, 2, 2, 2]))
        #expect(try run(.broadcast([0, 3]), [doubles([1, 3], [1, 2, 3])]).numbers.count == 0)
    }

    @Test func reshapeKeepsTheOrder() throws {
        let got = try run(.reshape([3, 2]), [matrix])
        #expect(got.type == TensorType(.float64, [3, 2]))
        #expect(got.numbers == matrix.numbers)
    }

    @Test func transpose() throws {
        #expect(try run(.transpose([1, 0]), [matrix]).numbers == .floats([1, 4, 2, 5, 3, 6]))
        // Axis i of the result is axis permutation[i] of the operand.
        let cube = doubles([2, 3, 2], (0..<12).map(Double.init))
        let transposed = try run(.transpose([2, 0, 1]), [cube])
        #expect(transposed.shape == [2, 2, 3])
        #expect(transposed.numbers == .floats([0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11]))
    }

    @Test func sliceWalksForwardsAndBackwards() throws {
        let numbers = doubles([10, 11, 12, 13, 14])
        func slice(_ start: Int, _ count: Int, _ stride: Int) throws -> Numbers {
            let slice = SliceParameters(starts: [start], counts: [count], strides: [stride])
            return try run(.slice(slice), [numbers]).numbers
        }
        #expect(try slice(1, 3, 1) == .floats([11, 12, 13]))
        #expect(try slice(0, 3, 2) == .floats([10, 12, 14]))
        #expect(try slice(4, 5, -1) == .floats([14, 13, 12, 11, 10]))
        #expect(try slice(4, 2, -3) == .floats([14, 11]))
        #expect(try slice(0, 0, 1).count == 0)
    }

    @Test func padBeforeBehindAndBetween() throws {
        let pad = PadParameters(low: [1], high: [2], interior: [1])
        let got = try run(.pad(pad), [doubles([1, 2, 3]), doubles([], [9])])
        #expect(got.numbers == .floats([9, 1, 9, 2, 9, 3, 9, 9]))
        let flat = try run(
            .pad(PadParameters(low: [0, 1], high: [1, 0])), [matrix, doubles([], [0])])
        #expect(flat.numbers == .floats([0, 1, 2, 3, 0, 4, 5, 6, 0, 0, 0, 0]))
        let empty = try run(.pad(pad), [doubles([0], []), doubles([], [9])])
        #expect(empty.numbers == .floats([9, 9, 9]))
    }

    @Test func concatenateAlongEitherAxis() throws {
        let other = doubles([2, 1], [7, 8])
        #expect(
            try run(.concatenate(axis: 1), [matrix, other]).numbers
                == .floats([1, 2, 3, 7, 4, 5, 6, 8]))
        #expect(
            try run(.concatenate(axis: 0), [matrix, matrix]).numbers
                == .floats([1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6]))
    }

    @Test func gatherByNumber() throws {
        let rows = try run(.gather(axis: 0), [matrix, integers(.int32, [1, 0, 1])])
        #expect(rows.shape == [3, 3])
        #expect(rows.numbers == .floats([4, 5, 6, 1, 2, 3, 4, 5, 6]))
        let indices = Value(TensorType(.int64, [2, 2]), .integers([2, 0, 1, 1]))
        let columns = try run(.gather(axis: 1), [matrix, indices])
        #expect(columns.shape == [2, 2, 2])
        #expect(columns.numbers == .floats([3, 1, 2, 2, 6, 4, 5, 5]))
        let one = try run(
            .gather(axis: 0), [matrix, Value(TensorType(.int32, []), .integers([1]))])
        #expect(one.numbers == .floats([4, 5, 6]))
    }

    @Test func scatterAddSumsRepeatedEntries() throws {
        let updates = doubles([3, 3], [1, 1, 1, 10, 10, 10, 100, 100, 100])
        let got = try run(
            .scatterAdd(axis: 0), [matrix, integers(.int32, [1, 0, 1]), updates])
        #expect(got.numbers == .floats([11, 12, 13, 105, 106, 107]))
        let bytes = try run(
            .scatterAdd(axis: 0),
            [integers(.uint8, [250, 1]), integers(.int64, [0, 0]), integers(.uint8, [5, 5])])
        #expect(bytes.numbers == .integers([4, 1]))
    }

    @Test(arguments: [2, -1, Int64.max]) func anIndexOutOfRangeIsAnError(_ index: Int64) {
        let gathered = #expect(throws: KalsaeError.self) {
            try run(.gather(axis: 0), [matrix, integers(.int64, [0, index])])
        }
        #expect(gathered?.description == "gather: expected indices from 0 to 1, got \(index)")
        let scattered = #expect(throws: KalsaeError.self) {
            try run(
                .scatterAdd(axis: 0),
                [matrix, integers(.int64, [index]), doubles([1, 3], [1, 2, 3])])
        }
        #expect(scattered?.description == "scatterAdd: expected indices from 0 to 1, got \(index)")
    }
}
