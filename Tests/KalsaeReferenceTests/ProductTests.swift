import KalsaeGraph
import KalsaeReference
import Testing

@Suite struct MatrixProductTests {
    private let left = doubles([2, 3], [1, 2, 3, 4, 5, 6])
    private let right = doubles([3, 2], [7, 8, 9, 10, 11, 12])
    private let expected = Numbers.floats([58, 64, 139, 154])

    private func product(
        _ left: Value, _ right: Value, _ transposeLeft: Bool, _ transposeRight: Bool
    ) throws -> Value {
        let parameters = MatrixProductParameters(
            transposeLeft: transposeLeft, transposeRight: transposeRight)
        return try run(.matrixProduct(parameters), [left, right])
    }

    @Test func allFourTranspositions() throws {
        let leftTurned = doubles([3, 2], [1, 4, 2, 5, 3, 6])
        let rightTurned = doubles([2, 3], [7, 9, 11, 8, 10, 12])
        #expect(try product(left, right, false, false).numbers == expected)
        #expect(try product(leftTurned, right, true, false).numbers == expected)
        #expect(try product(left, rightTurned, false, true).numbers == expected)
        #expect(try product(leftTurned, rightTurned, true, true).numbers == expected)
    }

    @Test func stacksAreMultipliedOneByOne() throws {
        let stack = doubles([2, 1, 2], [1, 2, 3, 4])
        let other = doubles([2, 2, 1], [5, 6, 7, 8])
        #expect(try product(stack, other, false, false).numbers == .floats([17, 53]))
    }

    @Test func anInnerSizeOfZeroGivesZeros() throws {
        let got = try product(doubles([2, 0], []), doubles([0, 3], []), false, false)
        #expect(got.numbers == .floats([0, 0, 0, 0, 0, 0]))
    }

    @Test func wholeNumbersWrap() throws {
        let x = Value(TensorType(.uint8, [1, 2]), .integers([16, 1]))
        let y = Value(TensorType(.uint8, [2, 1]), .integers([16, 3]))
        #expect(try product(x, y, false, false).numbers == .integers([3]))
    }
}

/// Expected values are printed ones: Saito's book, chapter 7, and the lectures' convolution slide.
@Suite struct ConvolutionTests {
    private func image(_ side: Int, _ numbers: [Double]) -> Value {
        doubles([1, side, side, 1], numbers)
    }

    private let bookKernel = doubles([3, 3, 1, 1], [2, 0, 1, 0, 1, 2, 1, 0, 2])

    /// The book's pattern: row r starts at -r modulo 4.
    private func bookImage(_ side: Int) -> Value {
        let numbers = (0..<side * side).map { position -> Double in
            let (row, column) = (position / side, position % side)
            return Double((column - row + 1 + 4 * side) % 4)
        }
        return image(side, numbers)
    }

    private func convolve(
        _ x: Value, _ kernel: Value, _ parameters: ConvolutionParameters = .init()
    ) throws -> Value {
        try run(.convolution(parameters), [x, kernel])
    }

    @Test func bookExamples() throws {
        let x = image(4, [1, 2, 3, 0, 0, 1, 2, 3, 3, 0, 1, 2, 2, 3, 0, 1])
        #expect(bookImage(4).numbers == x.numbers)
        #expect(try convolve(x, bookKernel).numbers == .floats([15, 16, 6, 15]))
        let padded = try convolve(x, bookKernel, .init(padding: Padding2D(all: 1)))
        #expect(
            padded.numbers
                == .floats([7, 12, 10, 2, 4, 15, 16, 10, 10, 6, 15, 6, 8, 10, 4, 3]))
        let strided = try convolve(bookImage(7), bookKernel, .init(strides: Pair(2, 2)))
        #expect(strided.numbers == .floats([15, 17, 15, 17, 15, 17, 15, 17, 15]))
    }

    private let slide: [Double] = [
        3, 1, 1, 3, 2, 2, 1, 2, 1, 4, 1, 1, 1, 1, 2, 2, 1, 3, 2, 4, 3, 4, 2, 1, 1, 2, 3, 2, 1, 2,
        4, 4, 3, 2, 1, 3,
    ]
    private let slideKernel = doubles([3, 3, 1, 1], [2, 0, 0, 1, -1, 0, 0, -2, 3])

    @Test func slideExamples() throws {
        let valid = try convolve(image(6, slide), slideKernel)
        #expect(
            valid.numbers == .floats([9, 5, -2, 16, 3, 9, 0, 8, 5, 3, 2, 10, 4, 7, 6, 16]))
        let same = try convolve(image(6, slide), slideKernel, .init(padding: Padding2D(all: 1)))
        #expect(
            same.numbers
                == .floats([
                    1, 1, 10, -7, 2, -2, 0, 9, 5, -2, 16, -2, 7, 3, 9, 0, 8, -2, 2, 5, 3, 2, 10,
                    -1, 3, 4, 7, 6, 16, -3, -4, 2, 5, 7, 5, 0,
                ]))
    }

    @Test func aDilatedKernelSkipsPixels() throws {
        // Taps at distance 2: the corners, edge centers and center of a 5x5 window.
        let numbers = (0..<25).map(Double.init)
        let kernel = doubles([3, 3, 1, 1], [1, 0, 0, 0, 10, 0, 0, 0, 100])
        let got = try convolve(image(5, numbers), kernel, .init(dilations: Pair(2, 2)))
        #expect(got.numbers == .floats([0 + 120 + 2400]))
    }

    @Test func groupsSeeTheirOwnChannels() throws {
        let x = doubles([1, 1, 1, 4], [1, 2, 3, 4])
        let kernel = doubles([1, 1, 2, 2], [1, 10, 100, 1000])
        let got = try convolve(x, kernel, .init(groups: 2))
        #expect(got.numbers == .floats([1 + 200, 30 + 4000]))
    }

    /// Both gradients are adjoint to the convolution: `<g, conv(x, k)> = <conv*(g, k), x>`.
    @Test func gradientsAreAdjoint() throws {
        let parameters = ConvolutionParameters(
            strides: Pair(2, 1), padding: Padding2D(top: 1, bottom: 0, left: 2, right: 1),
            dilations: Pair(1, 2), groups: 2)
        func ramp(_ shape: Shape, _ factor: Double) -> Value {
            doubles(shape, (0..<shape.elementCount).map { Double(($0 * 7 + 3) % 11) * factor })
        }
        func dot(_ x: Value, _ y: Value) -> Double {
            zip(x.numbers.doubles, y.numbers.doubles).reduce(0) { $0 + $1.0 * $1.1 }
        }
        let (x, kernel) = (ramp([2, 7, 8, 4], 1), ramp([3, 3, 2, 6], 2))
        let result = try convolve(x, kernel, parameters)
        let g = ramp(result.shape, 3)
        let forX = try run(.convolutionInputGradient(parameters, x.shape), [g, kernel])
        let forKernel = try run(.convolutionWeightGradient(parameters, kernel.shape), [x, g])
        #expect(dot(g, result) != 0)
        #expect(dot(g, result) == dot(forX, x))
        #expect(dot(g, result) == dot(forKernel, kernel))
    }

    @Test func poolingOfTheSlide() throws {
        func pool(_ kind: PoolParameters.Kind) throws -> Numbers {
            let parameters = PoolParameters(kind, window: Pair(2, 2))
            return try run(.pool(parameters), [image(6, slide)]).numbers
        }
        #expect(try pool(.max) == .floats([3, 4, 2, 4, 4, 3, 4, 3, 3]))
        #expect(
            try pool(.average)
                == .floats([1.75, 2.25, 1.5, 2, 2.75, 1.75, 2.75, 2.5, 1.75]))
    }
}

@Suite struct PoolTests {
    private let x = doubles([1, 2, 2, 1], [1, 4, 4, 2])

    private func parameters(_ kind: PoolParameters.Kind) -> PoolParameters {
        PoolParameters(
            kind, window: Pair(2, 2), strides: Pair(1, 1), padding: Padding2D(all: 1))
    }

    @Test func paddedPlacesCountOnlyWhereAsked() throws {
        let inside = try run(.pool(parameters(.average)), [x])
        #expect(inside.numbers == .floats([1, 2.5, 4, 2.5, 2.75, 3, 4, 3, 2]))
        let all = try run(.pool(parameters(.averageWithPadding)), [x])
        #expect(all.numbers == .floats([0.25, 1.25, 1, 1.25, 2.75, 1.5, 1, 1.5, 0.5]))
    }

    @Test func aPaddedMaximumIsOneOfTheInput() throws {
        let negative = doubles([1, 2, 2, 1], [-1, -4, -4, -2])
        let got = try run(.pool(parameters(.max)), [negative])
        #expect(got.numbers == .floats([-1, -1, -4, -1, -1, -2, -4, -2, -2]))
    }

    @Test func theFirstMaximumGetsTheGradient() throws {
        let pool = PoolParameters(.max, window: Pair(2, 2))
        let got = try run(.poolGradient(pool), [x, doubles([1, 1, 1, 1], [8])])
        #expect(got.numbers == .floats([0, 8, 0, 0]))
    }

    @Test func averagesSpreadTheGradient() throws {
        let ones = doubles([1, 3, 3, 1], [Double](repeating: 1, count: 9))
        let inside = try run(.poolGradient(parameters(.average)), [x, ones])
        // Each pixel lies in one corner window, two edge windows and the full one.
        #expect(inside.numbers == .floats([2.25, 2.25, 2.25, 2.25]))
        let all = try run(.poolGradient(parameters(.averageWithPadding)), [x, ones])
        #expect(all.numbers == .floats([1, 1, 1, 1]))
    }
}
