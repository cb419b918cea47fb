import KalsaeGraph
import Testing

@Suite struct PrinterTests {
    @Test func printsOneLineANode() throws {
        var graph = Graph()
        let x = graph.addInput(TensorType(.float32, [2, 3]))
        let w = graph.addInput(TensorType(.float32, [4, 3]))
        let product = try graph.add(
            .matrixProduct(MatrixProductParameters(transposeRight: true)), [x, w])
        let zero = try graph.add(.constant(Scalar(0, .float32)))
        let one = try graph.add(.reshape([1, 1]), [zero])
        let zeros = try graph.add(.broadcast([2, 4]), [one])
        let relu = try graph.add(.binary(.maximum), [product, zeros])
        let sum = try graph.add(.reduce(.sum, axes: [0, 1]), [relu])
        graph.outputs = [sum, relu]
        #expect(
            graph.description == """
                %0: float32[2, 3] = input(0)
                %1: float32[4, 3] = input(1)
                %2: float32[2, 4] = matmul(%0, %1, right^T)
                %3: float32[] = constant(0.0)
                %4: float32[1, 1] = reshape(%3)
                %5: float32[2, 4] = broadcast(%4)
                %6: float32[2, 4] = maximum(%2, %5)
                %7: float32[1, 1] = sum(%6, axes: [0, 1])
                return %7, %6
                """)
    }

    @Test func printsParameters() throws {
        var graph = Graph()
        let x = graph.addInput(TensorType(.float64, [5]))
        let zero = try graph.add(.constant(Scalar(0, .float64)))
        let slice = SliceParameters(starts: [4], counts: [2], strides: [-1])
        graph.outputs = [
            try graph.add(.slice(slice), [x]),
            try graph.add(.pad(PadParameters(low: [1], high: [0])), [x, zero]),
            try graph.add(.argReduce(.max, axis: 0), [x]),
            try graph.add(.scan(.sum, ScanParameters(axis: 0, reverse: true)), [x]),
            try graph.add(.argSort(descending: true), [x]),
            try graph.add(.topK(2), [x]),
        ]
        let lines = graph.description.split(separator: "\n").dropFirst(2).map(String.init)
        #expect(
            lines == [
                "%2: float64[2] = slice(%0, [4] [2] [-1])",
                "%3: float64[6] = pad(%0, %1, low: [1], high: [0], interior: [0])",
                "%4: int32[1] = argMax(%0, axis: 0)",
                "%5: float64[5] = cumulativeSum(%0, axis: 0, exclusive: false, reverse: true)",
                "%6: int32[5] = argSort(%0, descending)",
                "%7: int32[2] = topK(%0, 2)",
                "return %2, %3, %4, %5, %6, %7",
            ])
    }
}
