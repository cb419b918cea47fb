import KalsaeBackend
import KalsaeCUDA
import KalsaeGPU
import KalsaeGraph
import KalsaeSupport
import KalsaeTensor
import Testing

extension CUDACardTests {
    /// What is said where a function of the driver fails, and what stands afterwards.
    @Suite(.enabled(if: EmulatedCard.isThere, "\(EmulatedCard.reason)"))
    struct Failures {
        init() { EmulatedCard.configure() }

        /// The line of what opening a card throws with settings.
        private func opening(_ settings: String, _ index: Int = 0) throws -> String {
            let error = EmulatedCard.with(settings) {
                #expect(throws: KalsaeError.self) { _ = try CUDADriver(index) }
            }
            let text = "\(try #require(error))"
            #expect(!text.contains("\n"))
            return text
        }

        @Test func aCardThatCannotBeOpenedIsOneLine() throws {
            #expect(
                try opening("cards=2", 2)
                    == "cuda:2: expected a card from cuda:0 to cuda:1, got none")
            #expect(
                try opening("driver=11040")
                    == "CUDA: expected a driver for CUDA 12.0 or later, got one for CUDA 11.4; "
                    + "update NVIDIA's driver")
            let none = try opening("fail=cuInit:1:100")
            #expect(none.hasPrefix("cuInit: expected success, got CUDA_ERROR_NO_DEVICE: no CUDA"))
            #expect(
                none.hasSuffix(
                    "look whether nvidia-smi shows the card; a container must be given it"))
            #expect(try opening("fail=cuInit:1:803").hasSuffix("restart the machine"))
            #expect(try opening("fail=cuDevicePrimaryCtxRetain:1:2").contains("OUT_OF_MEMORY"))
            #expect(
                try opening("fail=cuStreamCreate:1:2").hasPrefix("cuStreamCreate: expected success")
            )
        }

        @Test func everyCardIsOpened() throws {
            try EmulatedCard.with("cards=2") {
                let cards = [try CUDADriver(0), try CUDADriver(1)]
                #expect(cards.map(\.info.device) == ["cuda:0", "cuda:1"])
                // Each entry makes its card the thread's.
                for _ in 0..<2 {
                    for card in cards {
                        let memory = try #require(try card.allocate(byteCount: 8))
                        try [UInt8](repeating: 7, count: 8).withUnsafeBytes {
                            try card.write($0, to: memory)
                        }
                        try card.wait()
                    }
                }
            }
        }

        private func graph() throws -> Graph {
            var graph = Graph()
            let x = graph.addInput(TensorType(.float32, [3]))
            // An own number, as kernels that were compiled before would serve again.
            graph.outputs = [try graph.add(.unary(.exp), [try graph.add(.unary(.atan), [x])])]
            return graph
        }

        private func line(_ settings: String, _ body: () throws -> Void) throws -> String {
            let error = EmulatedCard.with(settings) {
                #expect(throws: KalsaeError.self) { try body() }
            }
            let text = "\(try #require(error))"
            #expect(!text.contains("\n"))
            return text
        }

        @Test(arguments: [
            (
                "cuModuleLoadData", 218,
                "got CUDA_ERROR_INVALID_PTX: a PTX JIT compilation failed; update"
            ),
            (
                "cuModuleLoadData", 2,
                "got CUDA_ERROR_OUT_OF_MEMORY: out of memory; use a smaller batch"
            ),
            ("cuModuleGetFunction", 500, "got CUDA_ERROR_NOT_FOUND: named symbol not found"),
            ("cuModuleGetFunction", 12345, "got error 12345"),
        ]) func aProgramThatIsRefusedIsOneLine(_ function: String, _ code: Int, _ words: String)
            throws
        {
            let backend = GPUBackend(try CUDADriver(), cache: "/dev/null/none")
            let graph = try graph()
            let text = try line("fail=\(function):1:\(code)") {
                _ = try backend.compile(graph, options: PlanOptions())
            }
            #expect(text.hasPrefix("\(function): expected success, \(words)"))
            // Not remembered as if it had been compiled.
            _ = try backend.compile(graph, options: PlanOptions())
        }

        @Test(arguments: [
            ("cuLaunchKernel", 1, 719), ("cuLaunchKernel", 1, 700),
            ("cuMemcpyHtoDAsync_v2", 1, 719),
            ("cuStreamSynchronize", 1, 719), ("cuMemcpyDtoHAsync_v2", 1, 999),
        ]) func aLostCardIsOneLineAndStaysLost(_ function: String, _ call: Int, _ code: Int) throws
        {
            let backend = GPUBackend(try CUDADriver())
            let plan = try backend.compile(try graph(), options: PlanOptions())
            let input = try Buffer(byteCount: 12)
            let output = try backend.makeBuffer(byteCount: 12)
            func run() throws {
                try plan.run(inputs: [input], outputs: [output])
                _ = try output.withHostBytes { $0.count }
            }
            try run()
            EmulatedCard.configure("fail=\(function):\(call):\(code)")
            defer { EmulatedCard.configure() }
            let error = "\(try #require(#expect(throws: KalsaeError.self) { try run() }))"
            #expect(error.contains("expected success, got CUDA_ERROR_"))
            #expect(error.contains(code == 700 ? "report this" : "start it again"))
            #expect(!error.contains("\n"))
            #expect(throws: KalsaeError.self) { try run() }
        }

        @Test func memoryThatIsNotThereIsOneLine() throws {
            let backend = GPUBackend(try CUDADriver())
            let info = backend.driver.info
            let text = try line("") { _ = try backend.makeBuffer(byteCount: info.memoryBytes * 2) }
            #expect(text.hasPrefix("memory of cuda:0: expected \(info.memoryBytes * 2) bytes"))
            #expect(text.contains("use a smaller batch"))
        }

        @Test func memoryThatIsKeptIsGivenBackBeforeThereIsNone() throws {
            let backend = GPUBackend(try CUDADriver())
            for size in 1...4 { _ = try backend.makeBuffer(byteCount: size << 20) }
            try EmulatedCard.with("fail=cuMemAlloc_v2:1:2") {
                _ = try backend.makeBuffer(byteCount: 64 << 20)
                #expect(EmulatedCard.calls("cuMemAlloc_v2", "cuMemFree_v2") == [2, 4])
            }
        }

        @Test(arguments: [
            "cuStreamBeginCapture_v2", "cuGraphInstantiateWithFlags", "cuGraphLaunch",
        ])
        func aGraphThatCannotBeMadeIsAnErrorAndTheNextRunGoesOn(_ function: String) throws {
            let device = Device(try EmulatedCard.backend.get())
            let step = try device.asCurrent {
                try CompiledStep(Tensor.ones([4])) { (state: inout Tensor, _: [Tensor]) in
                    state = state + state
                    return []
                }
            }
            for _ in 0..<4 { try step.run([]) }
            let text = try line("fail=\(function):1:2") { try step.run([]) }
            #expect(text.contains("OUT_OF_MEMORY"))
            try step.run([])
            #expect(try step.state.values() == [32, 32, 32, 32])
        }

        /// Of a launch that fails while a graph is captured nothing is left behind: a thread that captures
        /// could allocate no memory.
        @Test func aCaptureThatFailsIsEnded() throws {
            let device = Device(try EmulatedCard.backend.get())
            let step = try device.asCurrent {
                try CompiledStep(Tensor.ones([5])) { (state: inout Tensor, _: [Tensor]) in
                    state = state + state
                    return []
                }
            }
            for _ in 0..<4 { try step.run([]) }
            _ = try line("fail=cuLaunchKernel:1:1") { try step.run([]) }
            _ = try EmulatedCard.backend.get().makeBuffer(byteCount: 3_333_333)
            try step.run([])
            #expect(try step.state.values() == [32, 32, 32, 32, 32])
        }
    }
}
