import KalsaeBackend
import KalsaeCPU
import KalsaeGraph
import Testing

/// Times of instructions for whoever asks, and what their summaries tell.
@Suite struct RecorderTests {
    /// exp(rows of a table), summed.
    private func graph() throws -> Graph {
        var graph = Graph()
        let table = graph.addInput(TensorType(.float32, [1000, 10]))
        let rows = graph.addInput(TensorType(.int32, [3]))
        let taken = try graph.add(.gather(axis: 0), [table, rows])
        let powers = try graph.add(.unary(.exp), [taken])
        graph.outputs = [try graph.add(.reduce(.sum, axes: [0]), [powers])]
        return graph
    }

    private func buffers(_ graph: Graph) throws -> (inputs: [Buffer], outputs: [Buffer]) {
        let inputs = try graph.inputs.map { type in
            let buffer = try Buffer(byteCount: type.byteCount)
            try buffer.hostPointer().initializeMemory(
                as: UInt8.self, repeating: 0, count: type.byteCount)
            return buffer
        }
        return (inputs, try graph.outputTypes.map { try Buffer(byteCount: $0.byteCount) })
    }

    @Test func runsAreRecordedWhileSomebodyAsks() throws {
        let graph = try graph()
        let plan = try CPUBackend(threads: 1).compile(graph, options: PlanOptions())
        let (inputs, outputs) = try buffers(graph)
        try plan.run(inputs: inputs, outputs: outputs)
        let recorder = PlanRecorder(keeping: 2)
        plan.record(into: recorder)
        for _ in 0..<3 { try plan.run(inputs: inputs, outputs: outputs) }
        let record = recorder.record
        #expect(record.runs == 3 && record.marks.count == 2)
        #expect(record.totals.count == plan.instructions.count)
        for index in plan.instructions.indices {
            #expect(record.mean(index) >= record.minima[index])
            #expect(record.minima[index] >= 0 && record.minima[index] < 1e9)
        }
        #expect(record.leastRun >= record.minima.reduce(0, +))
        for marks in record.marks {
            #expect(marks.count == plan.instructions.count + 1 && marks == marks.sorted())
        }
        plan.record(into: nil)
        try plan.run(inputs: inputs, outputs: outputs)
        #expect(recorder.record.runs == 3)
    }

    @Test func summariesTellSizesAndTheBytesThatAreReached() throws {
        let plan = try CPUBackend(threads: 1).compile(graph(), options: PlanOptions())
        let (gather, loop) = (plan.instructions[0], plan.instructions[1])
        #expect(plan.instructions.count == 2)
        #expect(gather.name == "gather")
        #expect(gather.detail == "1000x10, int32 3 -> 3x10 (axis: 0)")
        // Three rows read and written, three numbers read.
        #expect(gather.bytes == 2 * 3 * 10 * 4 + 3 * 4)
        #expect(loop.name == "loop(exp, sum)")
        #expect(loop.detail == "over 3x10, reduces [0], 1 in, 1 out")
        #expect(loop.bytes == 3 * 10 * 4 + 10 * 4)
        #expect(loop.flops == 2 * 3 * 10)
    }

    @Test func theFloorIsTheLongerOfArithmeticAndMemory() throws {
        let peak = try MachinePeak.measure(threads: 1)
        #expect(peak.threads == 1 && peak.flops > 1e8 && peak.bandwidth > 1e8)
        #expect(peak.floor(flops: peak.flops, bytes: 0) == 1)
        #expect(peak.floor(flops: 0, bytes: 2 * peak.bandwidth) == 2)
    }
}
