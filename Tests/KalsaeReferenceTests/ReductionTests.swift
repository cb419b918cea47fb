import KalsaeGraph
import KalsaeReference
import Testing

@Suite struct ReductionTests {
    private let matrix = doubles([2, 3], [1, 5, 3, 4, 2, 6])

    @Test func overEachAxis() throws {
        func reduce(_ reduction: Reduction, _ axes: [Int]) throws -> Numbers {
            try run(.reduce(reduction, axes: axes), [matrix]).numbers
        }
        #expect(try reduce(.sum, [0]) == .floats([5, 7, 9]))
        #expect(try reduce(.sum, [1]) == .floats([9, 12]))
        #expect(try reduce(.sum, [0, 1]) == .floats([21]))
        #expect(try reduce(.sum, []) == matrix.numbers)
        #expect(try reduce(.product, [1]) == .floats([15, 48]))
        #expect(try reduce(.max, [0]) == .floats([4, 5, 6]))
        #expect(try reduce(.min, [1]) == .floats([1, 2]))
    }

    @Test func naNPropagates() throws {
        let numbers = doubles([1, .nan, 3])
        for reduction in Reduction.allCases {
            let got = try run(.reduce(reduction, axes: [0]), [numbers])
            #expect(agree(got.numbers.doubles, [.nan]), "\(reduction)")
        }
    }

    @Test func infinitiesAreNumbers() throws {
        let numbers = doubles([-.infinity, -.infinity])
        #expect(try run(.reduce(.max, axes: [0]), [numbers]).numbers == .floats([-.infinity]))
    }

    @Test func nothingSumsToZeroAndMultipliesToOne() throws {
        let nothing = doubles([0, 2], [])
        #expect(try run(.reduce(.sum, axes: [0]), [nothing]).numbers == .floats([0, 0]))
        #expect(try run(.reduce(.product, axes: [0]), [nothing]).numbers == .floats([1, 1]))
        #expect(try run(.reduce(.max, axes: [1]), [nothing]).numbers.count == 0)
    }

    @Test func wholeNumbersWrap() throws {
        let bytes = integers(.uint8, [200, 100])
        #expect(try run(.reduce(.sum, axes: [0]), [bytes]).numbers == .integers([44]))
        #expect(try run(.reduce(.product, axes: [0]), [bytes]).numbers == .integers([32]))
        #expect(try run(.reduce(.max, axes: [0]), [bytes]).numbers == .integers([200]))
        #expect(try run(.reduce(.min, axes: [0]), [bytes]).numbers == .integers([100]))
    }

    @Test func argReduceTakesTheFirst() throws {
        func arg(_ reduction: ArgReduction, _ numbers: [Double]) throws -> Numbers {
            try run(.argReduce(reduction, axis: 0), [doubles(numbers)]).numbers
        }
        #expect(try arg(.max, [1, 3, 3, 2]) == .integers([1]))
        #expect(try arg(.min, [2, 1, 1]) == .integers([1]))
        #expect(try arg(.max, [1, .nan, 3, .nan]) == .integers([1]))
        #expect(try arg(.min, [1, .nan, 3]) == .integers([1]))
        #expect(try arg(.max, [-.infinity, -.infinity]) == .integers([0]))
        let rows = try run(.argReduce(.max, axis: 1), [matrix])
        #expect(rows.type == TensorType(.int32, [2, 1]))
        #expect(rows.numbers == .integers([1, 2]))
        #expect(
            try run(.argReduce(.max, axis: 0), [matrix]).numbers == .integers([1, 0, 1]))
    }
}

@Suite struct CumulativeSumTests {
    private let numbers = doubles([1, 2, 3, 4])

    @Test func inBothDirectionsWithAndWithoutTheElement() throws {
        func sums(_ exclusive: Bool, _ reverse: Bool) throws -> Numbers {
            let parameters = ScanParameters(
                axis: 0, exclusive: exclusive, reverse: reverse)
            return try run(.scan(.sum, parameters), [numbers]).numbers
        }
        #expect(try sums(false, false) == .floats([1, 3, 6, 10]))
        #expect(try sums(true, false) == .floats([0, 1, 3, 6]))
        #expect(try sums(false, true) == .floats([10, 9, 7, 4]))
        #expect(try sums(true, true) == .floats([9, 7, 4, 0]))
    }

    @Test func alongTheFirstAxisOfAMatrix() throws {
        let matrix = integers(.int32, [1, 2, 3, 4])
        let square = Value(TensorType(.int32, [2, 2]), matrix.numbers)
        let got = try run(.scan(.sum, ScanParameters(axis: 0)), [square])
        #expect(got.numbers == .integers([1, 2, 4, 6]))
    }
}

@Suite struct CumulativeMaximumTests {
    @Test func inBothDirectionsWithAndWithoutTheElement() throws {
        let numbers = doubles([1, 3, 2, .nan, 4])
        func maxima(_ exclusive: Bool, _ reverse: Bool) throws -> String {
            let parameters = ScanParameters(axis: 0, exclusive: exclusive, reverse: reverse)
            return "\(try run(.scan(.maximum, parameters), [numbers]).numbers)"
        }
        #expect(try maxima(false, false) == "floats([1.0, 3.0, 3.0, nan, nan])")
        #expect(try maxima(true, false) == "floats([-inf, 1.0, 3.0, 3.0, nan])")
        #expect(try maxima(false, true) == "floats([nan, nan, nan, nan, 4.0])")
        #expect(try maxima(true, true) == "floats([nan, nan, nan, 4.0, -inf])")
    }

    @Test func wholeNumbersBeginWithTheLeastOfTheirType() throws {
        let parameters = ScanParameters(axis: 0, exclusive: true)
        for (dtype, least) in [
            (DType.int32, Int64(Int32.min)), (.int64, .min), (.uint8, 0),
        ] {
            let got = try run(.scan(.maximum, parameters), [integers(dtype, [1, 4, 2])])
            #expect(got.numbers == .integers([least, 1, 4]))
        }
    }
}

@Suite struct OrderingTests {
    private let numbers = doubles([3, .nan, 1, 3, 2, .nan, -.infinity])

    @Test func sortsAreStableAndNaNIsTheLargest() throws {
        #expect(
            try run(.argSort(descending: false), [numbers]).numbers
                == .integers([6, 2, 4, 0, 3, 1, 5]))
        #expect(
            try run(.argSort(descending: true), [numbers]).numbers
                == .integers([1, 5, 0, 3, 4, 2, 6]))
    }

    @Test func topKIsTheFirstOfTheDescendingOrder() throws {
        #expect(try run(.topK(3), [numbers]).numbers == .integers([1, 5, 0]))
        #expect(try run(.topK(0), [numbers]).numbers.count == 0)
        let rows = Value(TensorType(.int32, [2, 3]), .integers([1, 3, 2, 9, 8, 9]))
        #expect(try run(.topK(2), [rows]).numbers == .integers([1, 2, 0, 2]))
    }
}
