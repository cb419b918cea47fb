import CKalsaeDrivers
import KalsaeGPU
import KalsaeSupport
import Synchronization

/// A program of CUDA, loaded on a card.
final class CUDAProgram: DriverProgram {
    private let code: [UInt8]
    nonisolated(unsafe) let module: kcu_handle
    private let driver: CUDADriver

    init(_ code: [UInt8], _ driver: CUDADriver) throws(KalsaeError) {
        try driver.enter()
        var made: kcu_handle?
        try driver.library.check(driver.library.loadModule(&made, code), "cuModuleLoadData")
        guard let module = made else {
            throw KalsaeError("cuModuleLoadData", expected: "a module", got: "none")
        }
        (self.code, self.module, self.driver) = (code, module, driver)
    }

    deinit {
        try? driver.enter()
        _ = driver.library.unloadModule(module)
    }

    func binary() throws(KalsaeError) -> [UInt8]? { code }
}

/// A list of kernels with their arguments; used by one thread at a time, which its plan sees to.
///
/// What runs again and again on the same memory is captured as one graph, which the card then runs without
/// the host.
final class CUDAExecutable: Executable, @unchecked Sendable {
    private struct Entry {
        var function: kcu_handle
        var groupSize: UInt32
        var groupCount: UInt32
        /// Where its arguments begin.
        var first: Int
    }

    /// The memory of some runs, and their graph once there were many.
    private struct Binding {
        var memory: [kcu_memory?]
        var runs = 0
        var graph: kcu_handle?
    }

    private let driver: CUDADriver
    // Functions belong to their programs.
    private let programs: [CUDAProgram]
    private var entries: [Entry] = []
    /// The values of all arguments, and pointers to them.
    private let values: UnsafeMutablePointer<UInt64>
    private let pointers: UnsafeMutablePointer<UnsafeMutableRawPointer?>
    private var patches: [[Int]]
    private var bound: [kcu_memory?]
    /// The last ones, that in force in front.
    private var bindings: [Binding] = []
    private var isRebound = true
    /// Runs on the same memory before a graph is made of them, which takes as long as many.
    private static let plainRuns = 4
    /// Steps that share a plan run on memory of their own in turn.
    private static let mostBindings = 4

    init(
        _ launches: [Launch], memoryCount: Int, _ driver: CUDADriver
    ) throws(KalsaeError) {
        self.driver = driver
        try driver.enter()
        patches = [[Int]](repeating: [], count: memoryCount)
        bound = [kcu_memory?](repeating: nil, count: memoryCount)
        programs = launches.compactMap { $0.program as? CUDAProgram }
        let count = max(launches.reduce(0) { $0 + $1.arguments.count }, 1)
        values = .allocate(capacity: count)
        values.initialize(repeating: 0, count: count)
        pointers = .allocate(capacity: count)
        for index in 0..<count {
            (pointers + index).initialize(to: UnsafeMutableRawPointer(values + index))
        }
        guard programs.count == launches.count else {
            throw KalsaeError(
                driver.info.device, expected: "programs of CUDA", got: "programs of another driver")
        }
        var next = 0
        for (launch, program) in zip(launches, programs) {
            try add(launch, program, first: next)
            next += launch.arguments.count
        }
    }

    deinit {
        try? driver.enter()
        for binding in bindings { destroy(binding) }
        values.deallocate()
        pointers.deallocate()
    }

    private func add(_ launch: Launch, _ program: CUDAProgram, first: Int) throws(KalsaeError) {
        var made: kcu_handle?
        try driver.library.check(
            driver.library.function(&made, program.module, launch.kernel), "cuModuleGetFunction")
        guard let function = made else {
            throw KalsaeError("cuModuleGetFunction", expected: launch.kernel, got: "none")
        }
        entries.append(
            Entry(
                function: function, groupSize: UInt32(launch.groupSize),
                groupCount: UInt32(launch.groupCount), first: first))
        for (index, argument) in launch.arguments.enumerated() {
            switch argument {
            case .memory(let number): patches[number].append(first + index)
            case .wide(let value): values[first + index] = UInt64(bitPattern: Int64(value))
            case .narrow(let value): values[first + index] = UInt64(UInt32(bitPattern: value))
            }
        }
    }

    func bind(_ memory: [any DriverMemory]) throws(KalsaeError) {
        for (number, piece) in memory.enumerated() where patches.indices.contains(number) {
            let address = try driver.address(piece)
            if bound[number] == address { continue }
            for index in patches[number] { values[index] = address }
            bound[number] = address
            isRebound = true
        }
    }

    func run(_ range: Range<Int>) throws(KalsaeError) {
        try driver.enter()
        if range == 0..<entries.count, let graph = try graph() {
            try driver.library.check(
                driver.library.launchGraph(graph, driver.stream), "cuGraphLaunch")
            return Counters.record { $0.launches += 1 }
        }
        try launch(range, driver.stream)
        Counters.record { $0.launches += range.count }
    }

    /// The graph of the memory in force, once it has run often enough.
    private func graph() throws(KalsaeError) -> kcu_handle? {
        if isRebound {
            if let known = bindings.firstIndex(where: { $0.memory == bound }) {
                bindings.insert(bindings.remove(at: known), at: 0)
            } else {
                if bindings.count == Self.mostBindings { destroy(bindings.removeLast()) }
                bindings.insert(Binding(memory: bound), at: 0)
            }
            isRebound = false
        }
        bindings[0].runs += 1
        if bindings[0].graph == nil, bindings[0].runs > Self.plainRuns {
            bindings[0].graph = try captured()
        }
        return bindings[0].graph
    }

    private func destroy(_ binding: Binding) {
        if let graph = binding.graph { _ = driver.library.destroyCompiled(graph) }
    }

    private func launch(_ range: Range<Int>, _ stream: kcu_handle) throws(KalsaeError) {
        for entry in entries[range] {
            try driver.library.check(
                driver.library.launch(
                    entry.function, entry.groupCount, 1, 1, entry.groupSize, 1, 1, 0, stream,
                    pointers + entry.first, nil), "cuLaunchKernel")
        }
    }

    private func captured() throws(KalsaeError) -> kcu_handle {
        let library = driver.library
        // A stream of its own: what others give to the device's meanwhile is no part of the graph.
        let stream = try CUDADriver.makeStream(library)
        defer { _ = library.destroyStream(stream) }
        try library.check(
            library.beginCapture(stream, Int32(KCU_CAPTURE_THREAD_LOCAL)), "cuStreamBeginCapture")
        let launched = Result { () throws(KalsaeError) in try launch(0..<entries.count, stream) }
        // The end comes in any case: else the thread could allocate no more.
        var (plain, compiled): (kcu_handle?, kcu_handle?) = (nil, nil)
        let code = library.endCapture(stream, &plain)
        defer { if let plain { _ = library.destroyGraph(plain) } }
        try launched.get()
        try library.check(code, "cuStreamEndCapture")
        guard let plain else {
            throw KalsaeError("cuStreamEndCapture", expected: "a graph", got: "none")
        }
        try library.check(library.instantiate(&compiled, plain, 0), "cuGraphInstantiate")
        guard let compiled else {
            throw KalsaeError("cuGraphInstantiate", expected: "a compiled graph", got: "none")
        }
        return compiled
    }
}
