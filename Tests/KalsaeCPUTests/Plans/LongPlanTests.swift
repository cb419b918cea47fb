import KalsaeBackend
import KalsaeCPU
import KalsaeGraph
import Testing

/// Plans of so many values that their slots are not compared with each other.
@Suite struct LongPlanTests {
    @Test func tenThousandProductsAreKeptAtOnce() throws {
        var graph = Graph()
        let start = graph.addInput(TensorType(.float32, [2, 2]))
        let swap = graph.addInput(TensorType(.float32, [2, 2]))
        var products = [start]
        for _ in 0..<10_000 {
            products.append(
                try graph.add(
                    .matrixProduct(MatrixProductParameters()), [products[products.count - 1], swap])
            )
        }
        // Read last first, so that all of them live at the same time.
        var sum = start
        for product in products.dropFirst().reversed() {
            sum = try graph.add(.binary(.add), [product, sum])
        }
        graph.outputs = [sum]
        let plan = try CPUBackend(threads: 1).compile(graph, options: PlanOptions())
        #expect(plan.arenaByteCount >= 10_000 * 16)
        #expect(plan.instructions.count { $0.name.hasPrefix("matmul") } == 10_000)
        let inputs = try [[1, 2, 3, 4], [0, 1, 1, 0]].map { try buffer($0) }
        let output = try buffer([0, 0, 0, 0])
        try plan.run(inputs: inputs, outputs: [output])
        // 5,001 times the rows as they are and 5,000 times swapped.
        var numbers: [Float] = []
        for index in 0..<4 {
            numbers.append(
                try output.hostPointer().load(fromByteOffset: 4 * index, as: Float.self))
        }
        let wanted: [Float] = [15001, 15002, 35003, 35004]
        #expect(numbers == wanted)
    }

    private func buffer(_ numbers: [Float]) throws -> Buffer {
        let buffer = try Buffer(byteCount: 4 * numbers.count)
        for (index, number) in numbers.enumerated() {
            try buffer.hostPointer().storeBytes(
                of: number, toByteOffset: 4 * index, as: Float.self)
        }
        return buffer
    }
}
