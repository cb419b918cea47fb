import KalsaeBackend
import KalsaeGraph
import KalsaeSupport

extension GPUBackend {
    /// Computes a small step whose numbers are known: products, a loop, sums along both axes.
    ///
    /// - Throws: where the device gives other numbers, or none.
    public func selfTest() throws(KalsaeError) {
        let (rows, columns) = (70, 9)
        var graph = Graph()
        let type = TensorType(.float32, [rows, columns])
        let x = graph.addInput(type)
        let squares = try graph.add(.binary(.multiply), [x, x])
        let parameters = MatrixProductParameters(transposeLeft: true)
        let product = try graph.add(.matrixProduct(parameters), [squares, x])
        graph.outputs = [
            try graph.add(.reduce(.sum, axes: [0]), [squares]),
            try graph.add(.reduce(.max, axes: [1]), [x]), product,
        ]
        // Whole numbers: all sums are exact, in whatever order.
        let numbers = (0..<rows * columns).map { Float($0 * 7 % 13 - 6) }
        func number(_ row: Int, _ column: Int) -> Float { numbers[row * columns + column] }
        let sums = (0..<columns).map { column in
            (0..<rows).reduce(Float(0)) { $0 + number($1, column) * number($1, column) }
        }
        let largest = (0..<rows).map { row in
            (0..<columns).reduce(-Float.infinity) { max($0, number(row, $1)) }
        }
        var products: [Float] = []
        for left in 0..<columns {
            for right in 0..<columns {
                products.append(
                    (0..<rows).reduce(Float(0)) {
                        $0 + number($1, left) * number($1, left) * number($1, right)
                    })
            }
        }
        let input = try Buffer(byteCount: type.byteCount)
        try input.withMutableHostBytes { bytes in
            numbers.withUnsafeBytes { bytes.copyMemory(from: $0) }
        }
        let plan = try compile(graph, options: PlanOptions())
        var outputs: [Buffer] = []
        for type in graph.outputTypes { outputs.append(try makeBuffer(byteCount: type.byteCount)) }
        try plan.run(inputs: [input], outputs: outputs)
        for (output, expected) in zip(outputs, [sums, largest, products]) {
            let got = try output.withHostBytes { Array($0.bindMemory(to: Float.self)) }
            guard got == expected else {
                throw KalsaeError(
                    name, expected: "a device that passes its self-test",
                    got: "wrong numbers of \(driver.info.name), \(driver.info.driver)",
                    advice: "use --device cpu, and report this with the output of kalsae doctor")
            }
        }
    }
}
