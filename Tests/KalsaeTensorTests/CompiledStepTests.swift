import KalsaeBackend
import KalsaeCPU
import KalsaeGraph
import KalsaeSupport
import KalsaeTensor
import Testing

@Suite struct CompiledStepTests {
    /// A step that moves a vector along its negative: w ← w - rate · w, result Σw².
    private func makeStep(_ start: [Float]) throws -> CompiledStep<Tensor> {
        try CompiledStep(Tensor(start)) { weight, inputs in
            let loss = (weight * weight).sum()
            weight = weight - inputs[0] * weight
            return [loss]
        }
    }

    @Test func aTensorAndItsVariableAreOneInput() throws {
        let x = try Tensor([Float(3), -1]).evaluate()
        let slope = gradient(at: x) { ($0 * $0).sum() }
        let graph = try (x - slope).graph()
        #expect(graph.inputs == [x.type])
        #expect(try (x - slope).values() == [-3, 1])
    }

    @Test func runsTheStepAndKeepsState() throws {
        let step = try makeStep([1, 2])
        let rate = Tensor(Float(0.5))
        let first = try step(rate)
        #expect(try first[0].item() == 5)
        #expect(try step.state.values() == [0.5, 1])
        try step.run([rate])
        #expect(step.scalar(0) == 1.25)
        #expect(try step.state.values() == [0.25, 0.5])
    }

    @Test func aCopyOfTheStateStaysWhatItWas() throws {
        let step = try makeStep([1, 2])
        let rate = Tensor(Float(0.5))
        let before = step.state
        let results = try step(rate)
        let between = step.state
        try step.run([rate])
        #expect(try before.values() == [1, 2])
        #expect(try between.values() == [0.5, 1])
        #expect(try results[0].item() == 5)
        try step.restore(before)
        try step.run([rate])
        #expect(try step.state.values() == [0.5, 1])
        #expect(try before.values() == [1, 2])
    }

    @Test func aWarmStepMakesNothing() throws {
        let step = try makeStep([1, 2, 3])
        let rate = Tensor(Float(0.5))
        try step.run([rate])
        try step.run([rate])
        let counts = try Counters.measure { for _ in 0..<10 { try step.run([rate]) } }.counts
        #expect(counts.plansCompiled == 0)
        #expect(counts.nodesMade == 0)
        #expect(counts.buffersAllocated == 0)
        #expect(counts.plansRun == 10)
    }

    @Test func otherShapesAreTracedAgain() throws {
        let step = try CompiledStep(Tensor(Float(0))) { sum, inputs in
            sum = sum + inputs[0].sum()
            return []
        }
        try step.run([Tensor([Float(1), 2])])
        try step.run([Tensor([Float(1), 2, 3])])
        try step.run([Tensor([Float(4), 4])])
        #expect(try step.state.item() == 17)
    }

    @Test func theFourthTraceIsSaid() throws {
        let step = try CompiledStep(Tensor(Float(0))) { sum, inputs in
            sum = sum + inputs[0].sum()
            return []
        }
        let lines = try Notice.collect {
            for count in 1...4 { try step.run([Tensor([Float](repeating: 1, count: count))]) }
        }.lines
        #expect(lines.count == 1)
        #expect(lines[0].contains("float32[3]") && lines[0].contains("float32[4]"))
    }

    /// One that changes nothing at first, for other inputs something.
    @Test func aLaterTraceLeavesCopiesAsTheyWere() throws {
        let start = try Tensor([1, 2] as [Float]).evaluate()
        let step = try CompiledStep(start) { state, inputs in
            if inputs[0].rank == 1 { state = state + inputs[0] }
            return [state.sum()]
        }
        #expect(try step(Tensor(Float(0)))[0].item(Float.self) == 3)
        let copy = step.state
        #expect(try step(Tensor([10, 10] as [Float]))[0].item(Float.self) == 23)
        #expect(try start.values(Float.self) == [1, 2])
        #expect(try copy.values(Float.self) == [1, 2])
        #expect(try step.state.values(Float.self) == [11, 12])
    }

    @Test func aFaultInTheBodyIsThrown() throws {
        let step = try CompiledStep(Tensor([Float(1), 2])) { weight, inputs in
            weight = weight + inputs[0]
            return []
        }
        #expect(throws: TensorFault.self) { try step.run([Tensor([Float(1), 2, 3])]) }
    }

    @Test func aParameterThatIsNotInTheStateIsRefused() throws {
        let stray = Tensor([Float(3)]).asParameter()
        let step = try CompiledStep(Tensor([Float(1)])) { weight, _ in
            weight = weight * stray
            return []
        }
        #expect(throws: KalsaeError.self) { try step.run([]) }
    }

    @Test func readingAValueWhileTracingIsRefused() throws {
        let step = try CompiledStep(Tensor([Float(1)])) { weight, _ in
            _ = try weight.item()
            return []
        }
        #expect(throws: KalsaeError.self) { try step.run([]) }
    }

    @Test func stateThatIsSwappedIsNotMixedUp() throws {
        let step = try CompiledStep([Tensor([Float(1), 2]), Tensor([Float(3), 4])]) { pair, _ in
            pair = [pair[1], pair[0]]
            return [pair[0], pair[0]]
        }
        let results = try step()
        #expect(try step.state.map { try $0.values() } == [[3, 4], [1, 2]])
        #expect(try results.map { try $0.values() } == [[3, 4], [3, 4]])
    }
}

@Suite struct RecompilationTests {
    @Test func aNumberThatChangesIsSaidOnce() throws {
        let device = Device(CPUBackend(threads: 1))
        let x = Tensor([Float(1), 2])
        let lines = try Notice.collect {
            try device.asCurrent {
                for step in 0..<40 { _ = try (x * (0.1 + Double(step)) + 3).values() }
            }
        }.lines
        #expect(lines.count == 1)
        #expect(lines.first?.contains("Tensor(number)") == true)
    }

    @Test func aShapeThatChangesIsNamed() throws {
        let device = Device(CPUBackend(threads: 1))
        let lines = try Notice.collect {
            try device.asCurrent {
                for count in 1..<20 { _ = try Tensor.ones([count]).evaluate().exp().values() }
            }
        }.lines
        #expect(lines.contains { $0.contains("float32[") && $0.contains(" to float32[") })
    }

    @Test func theSameComputationIsCompiledOnce() throws {
        let device = Device(CPUBackend(threads: 1))
        let counts = try Counters.measure {
            try device.asCurrent {
                for step in 0..<20 { _ = try (Tensor(Float(step)) * 2 + 1).values() }
            }
        }.counts
        #expect(counts.plansCompiled == 1)
        #expect(counts.plansRun == 20)
    }
}
