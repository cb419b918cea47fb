import CKalsaeKernels
import Glibc
import Testing

/// The largest error of the float32 functions, in units in the last place, against `Double`.
@Suite struct ElementwiseAccuracyTests {
    struct Function: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var operation: kls_op
        var limit: Double
        var exact: @Sendable (Double) -> Double

        init(
            _ name: String, _ operation: kls_op, ulp: Double,
            _ exact: @escaping @Sendable (Double) -> Double
        ) {
            testDescription = name
            self.operation = operation
            limit = ulp
            self.exact = exact
        }
    }

    static let functions = [
        Function("exp", KLS_EXP, ulp: 1.1) { exp($0) },
        Function("expm1", KLS_EXPM1, ulp: 1.7) { expm1($0) },
        Function("log", KLS_LOG, ulp: 1) { log($0) },
        Function("log1p", KLS_LOG1P, ulp: 1.6) { log1p($0) },
        Function("sqrt", KLS_SQRT, ulp: 0.51) { $0.squareRoot() },
        Function("rsqrt", KLS_RSQRT, ulp: 1.6) { 1 / $0.squareRoot() },
        Function("tanh", KLS_TANH, ulp: 2.5) { tanh($0) },
        Function("sigmoid", KLS_SIGMOID, ulp: 2.5) { 1 / (1 + exp(-$0)) },
        Function("erf", KLS_ERF, ulp: 1.3) { erf($0) },
        Function("sin", KLS_SIN, ulp: 1.7) { sin($0) },
        Function("cos", KLS_COS, ulp: 1.7) { cos($0) },
        Function("tan", KLS_TAN, ulp: 3.5) { tan($0) },
    ]

    /// Distance in units in the last place of the exact result; infinite for a wrong special value.
    static func error(_ got: Float, _ exact: Double) -> Double {
        if exact.isNaN { return got.isNaN ? 0 : .infinity }
        let rounded = Float(exact)
        if got == rounded { return 0 }
        if rounded.isInfinite || !got.isFinite {
            let largest = Double(Float.greatestFiniteMagnitude)
            return abs(abs(exact) - largest) < largest * 1e-6 ? 1 : .infinity
        }
        return abs(Double(got) - exact) / Double(max(rounded.ulp, Float.leastNonzeroMagnitude))
    }

    @Test(arguments: functions) func isAccurate(function: Function) throws {
        let run = try #require(kls_elementwise(function.operation, KLS_F32, 0))
        // Every 10,007th bit pattern: all exponents, both signs, subnormals, NaN.
        let inputs = stride(from: UInt32(0), to: .max - 10007, by: 10007).map {
            Float(bitPattern: $0)
        }
        var results = [Float](repeating: 0, count: inputs.count)
        run(Int64(inputs.count), &results, inputs, inputs, inputs)
        var worst = (error: 0.0, at: Float(0))
        for (x, y) in zip(inputs, results) {
            let error = Self.error(y, function.exact(Double(x)))
            if error > worst.error { worst = (error, x) }
        }
        #expect(worst.error <= function.limit, "at \(worst.at)")
    }

    @Test(arguments: functions) func keepsSpecialValues(function: Function) throws {
        let run = try #require(kls_elementwise(function.operation, KLS_F32, 0))
        let inputs: [Float] = [
            0, -0.0, 1, -1, .infinity, -.infinity, .nan, Float(bitPattern: 71_362),
        ]
        var results = [Float](repeating: 0, count: inputs.count)
        run(Int64(inputs.count), &results, inputs, inputs, inputs)
        for (x, y) in zip(inputs, results) {
            let exact = function.exact(Double(x))
            #expect(Self.error(y, exact) <= max(function.limit, 1), "\(x) gives \(y)")
            if !exact.isNaN { #expect(y.sign == exact.sign, "\(x)") }
        }
    }

    @Test func powerIsAccurate() throws {
        let run = try #require(kls_elementwise(KLS_POW, KLS_F32, 0))
        let values: [Float] = [
            0, -0.0, 1, -1, 2, -2, 0.5, -0.5, 3, -3, 10, 0.1, .infinity, -.infinity, .nan,
            Float(bitPattern: 71_362),
            1e30, -7, 2.5, 1.0000001, 0.9999999, 1e9, -1e9, 16_777_216, 0.01, -0.01,
        ]
        let x = values.flatMap { value in values.map { _ in value } }
        let y = values.flatMap { _ in values }
        var results = [Float](repeating: 0, count: x.count)
        run(Int64(x.count), &results, x, y, x)
        for index in x.indices {
            let exact = pow(Double(x[index]), Double(y[index]))
            #expect(Self.error(results[index], exact) <= 1, "\(x[index]) ^ \(y[index])")
        }
    }

    @Test func halfPrecisionRoundTrips() throws {
        for type in [KLS_F16, KLS_BF16] {
            let widen = try #require(kls_elementwise_cast(type, KLS_F32))
            let narrow = try #require(kls_elementwise_cast(KLS_F32, type))
            let halves = [UInt16](0...UInt16.max)
            var floats = [Float](repeating: 0, count: halves.count)
            var back = [UInt16](repeating: 0, count: halves.count)
            widen(Int64(halves.count), &floats, halves, nil, nil)
            narrow(Int64(halves.count), &back, floats, nil, nil)
            for (half, (float, again)) in zip(halves, zip(floats, back)) where !float.isNaN {
                #expect(half == again)
            }
            #expect(floats[0x3C00] == (type == KLS_F16 ? 1 : Float(bitPattern: 0x3C00_0000)))
        }
    }

    @Test func conversionsToIntegersSaturate() throws {
        let inputs: [Float] = [.nan, .infinity, -.infinity, 3e9, -3e9, 2.9, -2.9, 300]
        var wide = [Int32](repeating: 7, count: inputs.count)
        var narrow = [UInt8](repeating: 7, count: inputs.count)
        let toInt32 = try #require(kls_elementwise_cast(KLS_F32, KLS_I32))
        let toUInt8 = try #require(kls_elementwise_cast(KLS_F32, KLS_U8))
        toInt32(8, &wide, inputs, nil, nil)
        toUInt8(8, &narrow, inputs, nil, nil)
        #expect(wide == [0, .max, .min, .max, .min, 2, -2, 300])
        #expect(narrow == [0, 255, 0, 255, 0, 2, 0, 255])
    }

    @Test func integerDivisionNeverTraps() throws {
        let x: [Int32] = [7, -7, 7, -7, .min, 5, .min, 0]
        let y: [Int32] = [2, 2, -2, -2, -1, 0, 0, 0]
        var quotients = [Int32](repeating: 99, count: 8)
        var remainders = [Int32](repeating: 99, count: 8)
        let divide = try #require(kls_elementwise(KLS_FLOOR_DIV, KLS_I32, 0))
        let remainder = try #require(kls_elementwise(KLS_REMAINDER, KLS_I32, 0))
        divide(8, &quotients, x, y, nil)
        remainder(8, &remainders, x, y, nil)
        #expect(quotients == [3, -4, -4, 3, .min, 0, 0, 0])
        #expect(remainders == [1, 1, -1, -1, 0, 0, 0, 0])
    }
}
