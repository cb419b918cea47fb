import KalsaeBackend
import KalsaeGPU
import KalsaeGraph
import KalsaeOpenCL
import KalsaeReference
import KalsaeSupport
import KalsaeTensor
import KalsaeTesting
import Testing

/// What a run on a device does and asks for, as counts, and what it leaves alone where it fails.
@Suite(.enabled(if: OpenCLDevice.isThere, "\(OpenCLDevice.reason)"), .serialized)
struct OpenCLPlanTests {
    private func device() throws -> Device { Device(try OpenCLDevice.backend.get()) }

    private func step(_ device: Device) throws -> (CompiledStep<Tensor>, Tensor) {
        let descent = try DescentStep(on: device)
        return (descent.step, descent.rows)
    }

    @Test func aStepCopiesNothingAndAsksForNoMemory() throws {
        let (step, rows) = try step(device())
        try step.run([rows])
        let counts = try Counters.measure {
            for _ in 0..<5 { try step.run([rows]) }
        }.counts
        #expect(counts.plansRun == 5)
        #expect(counts.plansCompiled == 0)
        #expect(counts.programsCompiled == 0)
        #expect(counts.deviceCopies == 0)
        #expect(counts.buffersAllocated == 0)
        #expect(counts.launches == 5 * (try #require(step.plan).instructions.count))
        // The loss, when it is asked for.
        let reading = Counters.measure { step.scalar(0) }.counts
        #expect(reading.deviceCopies == 1)
        #expect(reading.buffersAllocated == 0)
    }

    @Test func aStepGivesTheNumbersOfTheCPUAndTheSameBitsEachTime() throws {
        var losses: [[Float]] = []
        for device in [Device.cpu, try device(), try device()] {
            let (step, rows) = try step(device)
            losses.append(
                try (0..<50).map { _ in
                    try step.run([rows])
                    return step.scalar(0)
                })
        }
        #expect(losses[1] == losses[2])
        for (got, expected) in zip(losses[1], losses[0]) {
            // 20 products of 3 numbers and a mean over 40: some ten roundings, half a unit each.
            #expect(abs(got - expected) <= 16 * Float.ulpOfOne * max(expected, 1))
        }
    }

    @Test func numbersThatAreWrittenBetweenRunsAreRead() throws {
        let rows = try HostTensor<Int32>(count: 2)
        let table: Tensor = [[1, 2], [3, 4], [5, 6]]
        let step = try device().asCurrent {
            try CompiledStep(Tensor([0] as [Float])) { _, inputs in [table.gathered(at: inputs[0])]
            }
        }
        let numbers: [[Float]] = [[1, 2], [3, 4], [5, 6]]
        for pair in [[0, 1], [2, 0], [1, 1]] {
            rows.values[0] = Int32(pair[0])
            rows.values[1] = Int32(pair[1])
            try step.run([rows.tensor])
            let got = try step.results[0].values()
            #expect(got == numbers[pair[0]] + numbers[pair[1]])
        }
    }

    @Test func aRunThatFailsLeavesStateAsItWas() throws {
        let indices = try HostTensor<Int32>(count: 3)
        let step = try device().asCurrent {
            try CompiledStep(Tensor.ones([4])) { (state: inout Tensor, inputs: [Tensor]) in
                let table: Tensor = [0, 1, 2, 3]
                let sum: Tensor = table.gathered(at: inputs[0]).sum()
                state = state + sum
                return []
            }
        }
        for (index, value) in [1, 2, 3].enumerated() { indices.values[index] = Int32(value) }
        try step.run([indices.tensor])
        #expect(try step.state.values() == [7, 7, 7, 7])
        indices.values[1] = 4
        let error = #expect(throws: (any Error).self) { try step.run([indices.tensor]) }
        #expect("\(try #require(error))".contains("indices from 0 to 3, got 4"))
        #expect(try step.state.values() == [7, 7, 7, 7])
        indices.values[1] = 0
        try step.run([indices.tensor])
        #expect(try step.state.values() == [11, 11, 11, 11])
    }

    /// A backend whose memory no other test uses.
    private func ownBackend() throws -> GPUBackend { GPUBackend(try OpenCLDevices.open()) }

    @Test func memoryThatIsGivenBackIsUsedAgain() throws {
        let backend = try ownBackend()
        let before = backend.memory.used
        var buffer: Buffer? = try backend.makeBuffer(byteCount: 1 << 20)
        #expect(backend.memory.used == before + 1 << 20)
        #expect(backend.memory.most >= before + 1 << 20)
        #expect(buffer?.device == backend.name)
        buffer = nil
        #expect(backend.memory.used == before)
    }

    @Test func plansHoldNoMemoryBehindTheirRuns() throws {
        let backend = try ownBackend()
        let device = Device(backend)
        let rows = try Tensor.randn([200, 300], seed: 1).evaluate()
        func sum(_ count: Int) throws -> Float {
            try device.asCurrent {
                let part: Tensor = rows.sliced([.range(start: 0, end: count, step: 1)]).exp()
                let sums: Tensor = part.sum(axes: [0])
                let product: Tensor = part * sums
                return try product.sum().item()
            }
        }
        _ = try sum(100)
        let before = backend.memory.used
        _ = try (sum(100), sum(101), sum(102))
        // A plan keeps literals and error words; its arena has more than 100,000 bytes.
        #expect(backend.memory.used - before < 20_000)
    }

    @Test func whatDoesNotFitIsOneLine() throws {
        let backend = try OpenCLDevice.backend.get()
        let size = backend.driver.info.memoryBytes * 4
        let error = #expect(throws: KalsaeError.self) {
            _ = try backend.makeBuffer(byteCount: size)
        }
        let text = "\(try #require(error))"
        #expect(text.hasPrefix("memory of \(backend.name): expected \(size) bytes"))
        #expect(text.contains("use a smaller batch"))
    }

    @Test func hostMemoryForResultsIsRefused() throws {
        let backend = try OpenCLDevice.backend.get()
        var graph = Graph()
        let x = graph.addInput(TensorType(.float32, [2]))
        graph.outputs = [try graph.add(.unary(.exp), [x])]
        let plan = try backend.compile(graph, options: PlanOptions())
        let host = try Buffer(byteCount: 8)
        let error = #expect(throws: KalsaeError.self) {
            try plan.run(inputs: [host], outputs: [host])
        }
        #expect(
            "\(try #require(error))".contains(
                "expected memory of \(backend.name), got memory of cpu"))
    }
}
