import KalsaeBackend
import KalsaeGPU
import KalsaeGraph
import KalsaeSupport
import KalsaeTesting
import Testing

/// What a device does in one launch: products with what follows, reductions with loops over their rows,
/// and tasks that the same kernel does.
@Suite(.enabled(if: OpenCLDevice.isThere, "\(OpenCLDevice.reason)"), .serialized)
struct JoinedTasksTests {
    /// A graph's launches in a run, with what the reference says of its numbers.
    private func launches(
        _ inputs: [TensorType], donations: [Int?] = [], passes: String = "-sequence",
        _ build: (inout Graph, [Int]) throws -> [Int]
    ) throws -> Int {
        var graph = Graph()
        let operands = inputs.map { graph.addInput($0) }
        graph.outputs = try build(&graph, operands)
        let options = PlanOptions(donations: donations, isRepeated: true)
        let backend = try OpenCLDevice.backend.get()
        let one = BackendCase(
            "\(inputs)", graph, inputs.map { _ in .normal }, options: options, errorFactor: 100)
        #expect(one.mismatch(backend) == nil)
        let plan = try EnvironmentFlag.with(.passes, passes) {
            try backend.compile(graph, options: options)
        }
        let buffers = try inputs.map { try backend.makeBuffer(byteCount: $0.byteCount) }
        var results: [Buffer] = []
        for (position, type) in graph.outputTypes.enumerated() {
            let donated = donations.indices.contains(position) ? donations[position] : nil
            results.append(
                try donated.map { buffers[$0] } ?? backend.makeBuffer(byteCount: type.byteCount))
        }
        return try Counters.measure { try plan.run(inputs: buffers, outputs: results) }
            .counts.launches
    }

    private func softmax(
        _ graph: inout Graph, _ x: Int, axis: Int
    ) throws -> (result: Int, sum: Int) {
        let shape = graph.nodes[x].type.shape
        let most = try graph.add(.reduce(.max, axes: [axis]), [x])
        let shifted = try graph.add(
            .binary(.subtract), [x, try graph.add(.broadcast(shape), [most])])
        let powers = try graph.add(.unary(.exp), [shifted])
        let sum = try graph.add(.reduce(.sum, axes: [axis]), [powers])
        let all = try graph.add(.broadcast(shape), [sum])
        return (try graph.add(.binary(.divide), [powers, all]), sum)
    }

    @Test(arguments: [0, 1]) func aSoftmaxIsOneLaunch(axis: Int) throws {
        let count = try launches([TensorType(.float32, [40, 10])]) { graph, inputs in
            [try softmax(&graph, inputs[0], axis: axis).result]
        }
        #expect(count == 1)
    }

    @Test func lossesOfRowsAndTheirMeanAreTwoLaunches() throws {
        let count = try launches([TensorType(.float32, [40, 10])]) { graph, inputs in
            let sum = try softmax(&graph, inputs[0], axis: 1).sum
            let logs = try graph.add(.unary(.log), [sum])
            return [try graph.add(.reduce(.sum, axes: [0, 1]), [logs])]
        }
        #expect(count == 2)
    }

    /// Means of columns, and running means that are overwritten: no copy at the end.
    @Test(arguments: [(64, 12, 1), (9000, 3, 3)])
    func aNormalizationOfColumns(rows: Int, columns: Int, expected: Int) throws {
        let (x, row) = (
            TensorType(.float32, [rows, columns]), TensorType(.float32, [1, columns])
        )
        let count = try launches([x, row], donations: [nil, 1]) { graph, inputs in
            let sum = try graph.add(.reduce(.sum, axes: [0]), [inputs[0]])
            let part = try graph.add(.constant(Scalar(1 / Double(rows), .float32)))
            let parts = try graph.add(
                .broadcast(row.shape), [try graph.add(.reshape([1, 1]), [part])])
            let mean = try graph.add(.binary(.multiply), [sum, parts])
            let all = try graph.add(.broadcast(x.shape), [mean])
            return [
                try graph.add(.binary(.subtract), [inputs[0], all]),
                try graph.add(.binary(.add), [inputs[1], mean]),
            ]
        }
        // Long columns are cut; a second launch joins their sums.
        #expect(count == expected)
    }

    /// One for the result; gradients take one for queries, and one for keys and values.
    @Test func whatFollowsAttentionIsPartOfIt() throws {
        let type = TensorType(.float32, [2, 40, 24])
        let parameters = AttentionParameters(heads: 2, isCausal: true, scale: 0.3)
        let forward = try launches([type, type, type, TensorType(.float32, [1, 1, 24])]) {
            graph, inputs in
            let y = try graph.add(.attention(parameters), Array(inputs[..<3]))
            let row = try graph.add(.broadcast(type.shape), [inputs[3]])
            return [try graph.add(.unary(.tanh), [try graph.add(.binary(.multiply), [y, row])])]
        }
        #expect(forward == 1)
        let gradients = try launches([type, type, type, type]) { graph, inputs in
            let all = try graph.add(.attentionGradient(parameters), inputs)
            return [try graph.add(.unary(.tanh), [all]), try graph.add(.unary(.negate), [all])]
        }
        #expect(gradients == 2)
    }

    @Test func productsOfOneShapeAreOneLaunchWithWhatFollows() throws {
        let (x, weights) = (TensorType(.float32, [30, 20]), TensorType(.float32, [20, 20]))
        let count = try launches([x, weights, weights, weights, x, x, x]) { graph, inputs in
            try (1...3).map { number in
                let product = try graph.add(
                    .matrixProduct(MatrixProductParameters()), [inputs[0], inputs[number]])
                let active = try graph.add(.unary(.tanh), [product])
                return try graph.add(.binary(.add), [active, inputs[number + 3]])
            }
        }
        #expect(count == 1)
    }

    @Test func descentIsPartOfTheProductThatMakesTheGradient() throws {
        let types = [TensorType(.float32, [20, 8]), TensorType(.float32, [20, 6])]
        let weights = TensorType(.float32, [8, 6])
        let count = try launches(types + [weights], donations: [0 + 2]) { graph, inputs in
            let parameters = MatrixProductParameters(transposeLeft: true)
            let gradient = try graph.add(.matrixProduct(parameters), [inputs[0], inputs[1]])
            return [try graph.add(.binary(.subtract), [inputs[2], gradient])]
        }
        #expect(count == 1)
    }

    /// Updates of many tensors take as few launches as their arguments fit into.
    @Test func updatesOfManyTensorsAreAFewLaunches() throws {
        let count = 60
        let shapes: [Shape] = (0..<count).map { [3 + $0] }
        let types = shapes.map { TensorType(.float32, $0) }
        let made = try launches(types + types, donations: Array(0..<count)) { graph, inputs in
            try (0..<count).map {
                try graph.add(.binary(.subtract), [inputs[$0], inputs[$0 + count]])
            }
        }
        let info = try OpenCLDevice.backend.get().driver.info
        // A pointer to each of two tensors, a size, a number of groups.
        let bytes = count * (8 + 8 + 4 + 4)
        #expect(made >= 1)
        #expect(made <= (bytes + info.argumentBytes / 2) / (info.argumentBytes / 2))
    }

    /// What one group of work items can do is one launch, be it a whole step.
    @Test func aSmallStepIsOneLaunch() throws {
        let (x, classes) = (TensorType(.float32, [32, 4]), TensorType(.float32, [32, 3]))
        let weights = [TensorType(.float32, [4, 8]), TensorType(.float32, [8, 3])]
        let count = try launches(
            [x, classes] + weights, donations: [2, 3], passes: "all"
        ) { graph, inputs in
            func product(
                _ x: Int, _ y: Int, left: Bool = false, right: Bool = false
            ) throws -> Int {
                let sides = MatrixProductParameters(transposeLeft: left, transposeRight: right)
                return try graph.add(.matrixProduct(sides), [x, y])
            }
            let hidden = try graph.add(.unary(.tanh), [try product(inputs[0], inputs[2])])
            let logits = try product(hidden, inputs[3])
            let slope = try graph.add(
                .binary(.subtract), [try softmax(&graph, logits, axis: 1).result, inputs[1]])
            let back = try graph.add(
                .binary(.multiply), [try product(slope, inputs[3], right: true), hidden])
            return try [(2, inputs[0], back), (3, hidden, slope)].map { number, left, right in
                let gradient = try product(left, right, left: true)
                return try graph.add(.binary(.subtract), [inputs[number], gradient])
            }
        }
        #expect(count == 1)
    }

    /// Sums of long columns go through the product in front of them, tile by tile; what joins the tiles
    /// computes the means too.
    @Test func sumsOfColumnsArePartOfTheProductInFront() throws {
        let (x, weights) = (TensorType(.float32, [3000, 12]), TensorType(.float32, [12, 20]))
        let count = try launches([x, weights]) { graph, inputs in
            let product = try graph.add(
                .matrixProduct(MatrixProductParameters()), [inputs[0], inputs[1]])
            let active = try graph.add(.unary(.tanh), [product])
            let sum = try graph.add(.reduce(.sum, axes: [0]), [active])
            let part = try graph.add(.constant(Scalar(1.0 / 3000, .float32)))
            let parts = try graph.add(
                .broadcast([1, 20]), [try graph.add(.reshape([1, 1]), [part])])
            return [active, try graph.add(.binary(.multiply), [sum, parts])]
        }
        #expect(count == 2)
    }

    /// The order of sums does not depend on which launch they are part of.
    @Test func numbersHaveTheBitsOfTasksByThemselves() throws {
        let backend = try OpenCLDevice.backend.get()
        let networks = BackendCase.families.first { $0.name == "networks" }?.cases ?? []
        #expect(networks.count >= 30)
        for one in networks { #expect(one.bitMismatch(backend, Apart(backend: backend)) == nil) }
    }
}

/// A device that does each task by itself.
private struct Apart: Backend {
    let backend: GPUBackend
    var name: String { backend.name }

    func compile(_ graph: Graph, options: PlanOptions) throws(KalsaeError) -> any Plan {
        let made = EnvironmentFlag.with(.passes, "-rows,-joint,-sequence") {
            Result { () throws(KalsaeError) in try backend.compile(graph, options: options) }
        }
        return try made.get()
    }

    func makeBuffer(byteCount: Int) throws(KalsaeError) -> Buffer {
        try backend.makeBuffer(byteCount: byteCount)
    }

    func resident(_ buffer: Buffer) throws(KalsaeError) -> Buffer { try backend.resident(buffer) }
}
