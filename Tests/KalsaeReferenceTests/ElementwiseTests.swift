import KalsaeGraph
import KalsaeReference
import Testing

@Suite struct UnaryTests {
    /// Values from tables: Abramowitz and Stegun, chapters 4 and 7.
    @Test(arguments: [
        (UnaryOperation.exp, 1.0, 2.718281828459045), (.expm1, 1e-10, 1.00000000005e-10),
        (.log, 2, 0.6931471805599453), (.log1p, 1e-10, 9.9999999995e-11),
        (.sqrt, 2, 1.4142135623730951),
        (.rsqrt, 4, 0.5), (.reciprocal, 8, 0.125), (.sin, 0.5, 0.479425538604203),
        (.cos, 0.5, 0.8775825618903728), (.atan, 1, 0.7853981633974483),
        (.tanh, 0.5, 0.46211715726000973), (.sigmoid, 1, 0.7310585786300049),
        (.sigmoid, -1, 0.2689414213699951), (.sigmoid, 800, 1), (.sigmoid, -800, 0),
        (.erf, 0.5, 0.5204998778130465), (.erf, 1, 0.8427007929497149), (.floor, -1.5, -2),
        (.ceil, -1.5, -1), (.round, 0.5, 0), (.round, 1.5, 2), (.round, -2.5, -2),
        (.negate, 3, -3), (.absolute, -3, 3), (.sign, -3, -1), (.sign, 0, 0), (.sign, 0.1, 1),
    ]) func knownValues(_ operation: UnaryOperation, _ x: Double, _ expected: Double) throws {
        let got = try run(.unary(operation), [doubles([x])]).numbers.doubles
        #expect(near(got, [expected]), "\(got)")
    }

    @Test func naNStaysNaN() throws {
        for operation in UnaryOperation.allCases where operation != .logicalNot {
            let got = try run(.unary(operation), [doubles([.nan])]).numbers.doubles
            #expect(agree(got, [.nan]), "\(operation)")
        }
    }

    @Test func integersWrap() throws {
        let smallest = integers(.int32, [-2_147_483_648, 5, -5])
        #expect(
            try run(.unary(.negate), [smallest]).numbers == .integers([-2_147_483_648, -5, 5]))
        #expect(
            try run(.unary(.absolute), [smallest]).numbers == .integers([-2_147_483_648, 5, 5]))
        #expect(try run(.unary(.sign), [smallest]).numbers == .integers([-1, 1, -1]))
        #expect(
            try run(.unary(.negate), [integers(.uint8, [1, 0])]).numbers == .integers([255, 0]))
        let least = integers(.int64, [.min])
        #expect(try run(.unary(.negate), [least]).numbers == .integers([.min]))
    }

    @Test func logicalNot() throws {
        #expect(try run(.unary(.logicalNot), [mask([0, 1])]).numbers == .integers([1, 0]))
    }
}

@Suite struct BinaryTests {
    @Test(arguments: [
        (BinaryOperation.add, 1.5, 2.0, 3.5), (.subtract, 1.5, 2, -0.5), (.multiply, 1.5, 2, 3),
        (.divide, 3, 2, 1.5), (.divide, 1, 0, .infinity), (.power, 2, 10, 1024),
        (.power, -2, 3, -8), (.minimum, 1, 2, 1), (.maximum, 1, 2, 2), (.minimum, .nan, 2, .nan),
        (.minimum, 2, .nan, .nan), (.maximum, .nan, 2, .nan), (.maximum, 2, .nan, .nan),
        (.atan2, 1, -1, 2.356194490192345), (.remainder, 5, 3, 2), (.remainder, -5, 3, 1),
        (.remainder, 5, -3, -1), (.remainder, -5, -3, -2), (.remainder, 5.5, 2, 1.5),
        (.remainder, 1, 0, .nan), (.remainder, 6, -3, 0),
    ]) func floats(
        _ operation: BinaryOperation, _ x: Double, _ y: Double, _ expected: Double
    ) throws {
        let got = try run(.binary(operation), [doubles([x]), doubles([y])]).numbers.doubles
        #expect(expected.isFinite ? near(got, [expected]) : agree(got, [expected]), "\(got)")
    }

    @Test(arguments: [
        (BinaryOperation.divide, 7, 2, 3), (.divide, -7, 2, -4), (.divide, 7, -2, -4),
        (.divide, -7, -2, 3), (.divide, -8, 2, -4), (.remainder, 7, 3, 1),
        (.remainder, -7, 3, 2), (.remainder, 7, -3, -2), (.remainder, -7, -3, -1),
        (.minimum, -1, 1, -1), (.maximum, -1, 1, 1),
        (.add, 2_147_483_647, 1, -2_147_483_648), (.multiply, 65536, 65537, 65536),
        (.subtract, -2_147_483_648, 1, 2_147_483_647),
        (.divide, -2_147_483_648, -1, -2_147_483_648), (.remainder, -2_147_483_648, -1, 0),
    ]) func wholeNumbers(
        _ operation: BinaryOperation, _ x: Int64, _ y: Int64, _ expected: Int64
    ) throws {
        let got = try run(.binary(operation), [integers(.int32, [x]), integers(.int32, [y])])
        #expect(got.numbers == .integers([expected]))
    }

    @Test func wideAndNarrowIntegersWrap() throws {
        let (least, one) = (integers(.int64, [.min]), integers(.int64, [-1]))
        #expect(try run(.binary(.divide), [least, one]).numbers == .integers([.min]))
        #expect(try run(.binary(.remainder), [least, one]).numbers == .integers([0]))
        let (x, y) = (integers(.uint8, [200, 3]), integers(.uint8, [100, 5]))
        #expect(try run(.binary(.add), [x, y]).numbers == .integers([44, 8]))
        #expect(try run(.binary(.subtract), [x, y]).numbers == .integers([100, 254]))
    }

    @Test func logic() throws {
        let (x, y) = (mask([0, 0, 1, 1]), mask([0, 1, 0, 1]))
        #expect(try run(.binary(.logicalAnd), [x, y]).numbers == .integers([0, 0, 0, 1]))
        #expect(try run(.binary(.logicalOr), [x, y]).numbers == .integers([0, 1, 1, 1]))
    }

    @Test func comparisonsWithNaNAreFalse() throws {
        let (x, y) = (doubles([1, 2, 3, .nan]), doubles([2, 2, 2, .nan]))
        #expect(try run(.compare(.equal), [x, y]).numbers == .integers([0, 1, 0, 0]))
        #expect(try run(.compare(.less), [x, y]).numbers == .integers([1, 0, 0, 0]))
        #expect(try run(.compare(.lessOrEqual), [x, y]).numbers == .integers([1, 1, 0, 0]))
        // Too near to each other for `Double`.
        let (a, b) = (integers(.int64, [.max - 1]), integers(.int64, [.max]))
        #expect(try run(.compare(.less), [a, b]).numbers == .integers([1]))
        #expect(try run(.compare(.equal), [a, b]).numbers == .integers([0]))
    }

    @Test func selectTakesEachFromItsSide() throws {
        let got = try run(.select, [mask([1, 0, 1]), doubles([1, 2, 3]), doubles([4, 5, .nan])])
        #expect(got.numbers == .floats([1, 5, 3]))
    }
}

@Suite struct CastTests {
    private func cast(_ numbers: [Double], _ dtype: DType) throws -> Numbers {
        try run(.cast(dtype), [doubles(numbers)]).numbers
    }

    @Test func floatsToWholeNumbersSaturate() throws {
        let numbers: [Double] = [1.9, -1.9, .nan, .infinity, -.infinity, 300, 1e10]
        let (least, most) = (Int64(Int32.min), Int64(Int32.max))
        #expect(try cast(numbers, .int32) == .integers([1, -1, 0, most, least, 300, most]))
        #expect(
            try cast(numbers, .int64) == .integers([1, -1, 0, .max, .min, 300, 10_000_000_000]))
        #expect(try cast(numbers, .uint8) == .integers([1, 0, 0, 255, 0, 255, 255]))
        #expect(try cast([0, -0.0, 0.1, .nan], .bool) == .integers([0, 0, 1, 1]))
    }

    @Test func narrowerFloatsRoundToNearestEven() throws {
        #expect(try cast([0.1, 1e39], .float32) == .floats([Double(Float(0.1)), .infinity]))
        #expect(try cast([2049, 2051, 65520], .float16) == .floats([2048, 2052, .infinity]))
        #expect(try cast([257, 259, -258.9], .bfloat16) == .floats([256, 260, -258]))
        let smallest = 0x1p-133
        #expect(
            try cast([smallest, smallest * 1.5, smallest / 2, 3.4e38], .bfloat16)
                == .floats([smallest, smallest * 2, 0, 0x1.fep127 < 3.4e38 ? .infinity : 3.4e38]))
    }

    @Test func halvesSurviveStorage() throws {
        for dtype in [DType.float16, .bfloat16, .float32] {
            let stored = Value(TensorType(dtype, [4]), [0.5, -3, .infinity, 0.1])
            let wide = try run(.cast(.float64), [stored])
            #expect(wide.numbers == stored.numbers, "\(dtype)")
            #expect(wide.dtype == .float64)
        }
    }

    @Test func wholeNumbersKeepTheirLowBits() throws {
        let numbers = integers(.int64, [256, -1, 1 << 32, .max])
        #expect(try run(.cast(.uint8), [numbers]).numbers == .integers([0, 255, 0, 255]))
        #expect(try run(.cast(.int32), [numbers]).numbers == .integers([256, -1, 0, -1]))
        #expect(try run(.cast(.bool), [numbers]).numbers == .integers([1, 1, 1, 1]))
        #expect(
            try run(.cast(.float32), [integers(.int32, [16_777_217])]).numbers
                == .floats([16_777_216]))
    }

    @Test func floatsInBetweenAreNotRounded() throws {
        var graph = Graph()
        let x = graph.addInput(TensorType(.float32, [1]))
        let one = graph.addInput(TensorType(.float32, [1]))
        let sum = try graph.add(.binary(.add), [x, one])
        graph.outputs = [try graph.add(.binary(.subtract), [sum, one]), sum]
        let tiny = Double(Float(1e-10))
        let got = try run(
            graph,
            [Value(TensorType(.float32, [1]), [tiny]), Value(TensorType(.float32, [1]), [1])])
        #expect(near(got[0].numbers.doubles, [1e-10], 1e-15))
        #expect(got[1].numbers == .floats([1]))
    }
}
