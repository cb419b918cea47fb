import KalsaeGraph
import KalsaeLayers
import KalsaeTensor
import KalsaeTesting
import Testing

/// Numbers that the lectures print.
@Suite struct WorkedNumbersTests {
    private func count(_ specs: [LayerSpec], _ input: Shape) throws -> Int {
        try Sequential(specs, input: input).parameterCount
    }

    @Test func parameterCounts() throws {
        let dense: [LayerSpec] = [
            .dense(units: 8, activation: .relu), .dense(units: 1, activation: .sigmoid),
        ]
        #expect(try count(dense, [4]) == 49)
        #expect(try count([.simpleRNN(units: 3)], [2, 10]) == 42)
        let text: [LayerSpec] = [
            .embedding(vocabulary: 12, size: 10), .simpleRNN(units: 32), .dense(units: 12),
        ]
        #expect(try count(text, [5]) == 1892)
        #expect(
            try Sequential(text, input: [5]).layers.map(\.layer.parameterCount) == [120, 1376, 396])
    }

    @Test func convolutionNetworks() throws {
        let simple: [LayerSpec] = [
            .conv2D(filters: 30, kernel: 5, activation: .relu), .maxPool2D(2), .flatten,
            .dense(units: 100, activation: .relu), .dense(units: 10),
        ]
        #expect(try count(simple, [28, 28, 1]) == 433_890)
        func conv(_ filters: Int, _ padding: Int = 1) -> LayerSpec {
            .conv2D(filters: filters, kernel: 3, padding: .all(padding), activation: .relu)
        }
        let deep: [LayerSpec] = [
            conv(16), conv(16), .maxPool2D(2), conv(32), conv(32, 2), .maxPool2D(2), conv(64),
            conv(64), .maxPool2D(2), .flatten, .dense(units: 50, activation: .relu),
            .dropout(rate: 0.5, isClassic: true), .dense(units: 10),
        ]
        #expect(try count(deep, [28, 28, 1]) == 123_552)
    }

    @Test func simpleRNNShapes() throws {
        let last = try Sequential([.simpleRNN(units: 3)], input: [2, 10])
        let all = try Sequential(
            [.simpleRNN(units: 3, returnsSequences: true)], input: [2, 10])
        #expect(last(.zeros([8, 2, 10])).shape == [8, 3])
        #expect(all(.zeros([8, 2, 10])).shape == [8, 2, 3])
    }

    @Test func outputSizes() throws {
        func size(_ input: Shape, _ padding: Int, _ stride: Int, _ kernel: Int) throws -> Shape? {
            let spec = LayerSpec.conv2D(
                filters: 1, kernel: Pair(kernel, kernel), strides: Pair(stride, stride),
                padding: .all(padding))
            return try Sequential([spec], input: input).outputShape
        }
        #expect(try size([4, 4, 1], 1, 1, 3) == [4, 4, 1])
        #expect(try size([7, 7, 1], 0, 2, 3) == [3, 3, 1])
        #expect(try size([28, 31, 1], 2, 3, 5) == [10, 11, 1])
    }

    private func layer(
        _ numbers: [Float], padding: WindowPadding, strides: Pair = 1, bias: Float = 0
    ) -> Conv2D {
        var layer = Conv2D(1, 1, kernel: 3, strides: strides, padding: padding)
        layer.weight = Tensor(numbers, shape: [3, 3, 1, 1])
        layer.bias = Tensor([bias])
        return layer
    }

    @Test func theBooksConvolution() {
        let kernel: [Float] = [2, 0, 1, 0, 1, 2, 1, 0, 2]
        func input(_ size: Int) -> Tensor {
            let numbers = (0..<(size * size)).map { index -> Float in
                let row = index / size % 4
                return [1, 2, 3, 0][(index % size + 4 - row) % 4]
            }
            return Tensor(numbers, shape: [1, size, size, 1])
        }
        expectClose(
            layer(kernel, padding: .valid)(input(4)), [15, 16, 6, 15], shape: [1, 2, 2, 1])
        expectClose(
            layer(kernel, padding: .valid, bias: 3)(input(4)), [18, 19, 9, 18], shape: [1, 2, 2, 1])
        expectClose(
            layer(kernel, padding: .all(1))(input(4)),
            [7, 12, 10, 2, 4, 15, 16, 10, 10, 6, 15, 6, 8, 10, 4, 3], shape: [1, 4, 4, 1])
        expectClose(
            layer(kernel, padding: .valid, strides: 2)(input(7)),
            [15, 17, 15, 17, 15, 17, 15, 17, 15], shape: [1, 3, 3, 1])
    }

    /// The slide's image with its misprint mended: row 0 has a 3 at column 3.
    private let slide = Tensor(
        [
            3, 1, 1, 3, 2, 2, 1, 2, 1, 4, 1, 1, 1, 1, 2, 2, 1, 3, 2, 4, 3, 4, 2, 1, 1, 2, 3, 2, 1,
            2, 4, 4, 3, 2, 1, 3,
        ] as [Float], shape: [1, 6, 6, 1])

    @Test func theSlidesConvolution() {
        let kernel: [Float] = [2, 0, 0, 1, -1, 0, 0, -2, 3]
        expectClose(
            layer(kernel, padding: .valid)(slide),
            [9, 5, -2, 16, 3, 9, 0, 8, 5, 3, 2, 10, 4, 7, 6, 16], shape: [1, 4, 4, 1],
            tolerance: Tolerance(relative: 1e-6, absolute: 1e-5))
        // The corner is printed as 3, which no change of one pixel gives.
        let same: [Double] = [
            1, 1, 10, -7, 2, -2, 0, 9, 5, -2, 16, -2, 7, 3, 9, 0, 8, -2, 2, 5, 3, 2, 10, -1, 3, 4,
            7, 6, 16, -3, -4, 2, 5, 7, 5, 0,
        ]
        expectClose(
            layer(kernel, padding: .same)(slide), same, shape: [1, 6, 6, 1],
            tolerance: Tolerance(relative: 1e-6, absolute: 1e-5))
    }

    @Test func theSlidesPooling() {
        expectClose(MaxPool2D(2)(slide), [3, 4, 2, 4, 4, 3, 4, 3, 3], shape: [1, 3, 3, 1])
        expectClose(
            AveragePool2D(2)(slide), [1.75, 2.25, 1.5, 2, 2.75, 1.75, 2.75, 2.5, 1.75],
            shape: [1, 3, 3, 1])
    }
}
