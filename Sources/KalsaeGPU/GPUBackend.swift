import KalsaeBackend
import KalsaeGraph
import KalsaeLowering
import KalsaeSupport

/// An accelerator: kernels generated from the fusion groups of a graph, compiled by its driver.
public final class GPUBackend: Backend {
    private let pool: MemoryPool
    private let programs: ProgramCache

    /// The driver of the device.
    public var driver: any Driver { pool.driver }

    /// Makes the backend of a device.
    ///
    /// - Parameters:
    ///   - driver: the device, opened.
    ///   - cache: the folder of compiled programs; nil for the usual one.
    public init(_ driver: any Driver, cache: String? = nil) {
        pool = MemoryPool(driver)
        let info = driver.info
        programs = ProgramCache(
            driver,
            files: ProgramFiles(folder: cache, device: "\(info.name), \(info.driver)"))
    }

    /// The device, as in `opencl:0`.
    public var name: String { driver.info.device }

    /// Bytes of the device in use now, and the most that ever were.
    public var memory: (used: Int, most: Int) { (pool.usedBytes, pool.mostBytes) }

    /// Prepares a graph: passes, fusion, order, memory, kernels.
    public func compile(_ graph: Graph, options: PlanOptions) throws(KalsaeError) -> any Plan {
        let graph = try graph.optimized(precision: options.precision)
        if !driver.info.hasFloat64, graph.usesFloat64 {
            throw KalsaeError(
                name, expected: "types that \(driver.info.name) computes with", got: "float64",
                advice: "use float32, or --device cpu")
        }
        if options.precision == .tf32, !driver.info.tensorCores.contains(.tf32) {
            throw KalsaeError(
                "precision", expected: "float32, bfloat16 or float16 on \(driver.info.name)",
                got: "tf32", advice: "cards of NVIDIA from sm_80 on have it")
        }
        let code = try GPUPlanBuilder(graph, options: options, info: driver.info).code()
        let compiled = try programs.programs(for: code.launches.joined().map(\.source))
        return try GPUPlan(code, programs: compiled, pool: pool)
    }

    /// Compiles the kernels of several graphs as one program, which takes less time than one after the
    /// other; plans of them then find theirs.
    package func prepare(_ graphs: [(graph: Graph, options: PlanOptions)]) throws(KalsaeError) {
        let sources = try Self.sources(of: graphs, for: driver.info)
        _ = try programs.programs(for: sources)
    }

    /// The program of several graphs on a device as one text, behind a driver's dialect.
    package static func program(
        of graphs: [(graph: Graph, options: PlanOptions)], for info: DeviceInfo, dialect: String
    ) throws(KalsaeError) -> (text: String, kernels: Int) {
        let sources = try sources(of: graphs, for: info)
        return (dialect + Prelude.text + sources.map(\.text).joined(), sources.count)
    }

    private static func sources(
        of graphs: [(graph: Graph, options: PlanOptions)], for info: DeviceInfo
    ) throws(KalsaeError) -> [KernelSource] {
        var (sources, known): ([KernelSource], Set<String>) = ([], [])
        for (graph, options) in graphs {
            let builder = GPUPlanBuilder(
                try graph.optimized(precision: options.precision), options: options, info: info)
            for source in try builder.code().launches.joined().map(\.source)
            where known.insert(source.name).inserted { sources.append(source) }
        }
        return sources
    }

    /// Memory on the device.
    public func makeBuffer(byteCount: Int) throws(KalsaeError) -> Buffer {
        Buffer(try GPUMemory(byteCount: byteCount, pool))
    }

    /// The buffer itself where it lies on this device, else a copy of it there.
    public func resident(_ buffer: Buffer) throws(KalsaeError) -> Buffer {
        if let memory = buffer.deviceMemory as? GPUMemory, memory.pool === pool { return buffer }
        let copy = try GPUMemory(byteCount: buffer.byteCount, pool)
        try buffer.withHostBytes { bytes throws(KalsaeError) in try copy.write(bytes) }
        return Buffer(copy)
    }
}

extension Graph {
    fileprivate var usesFloat64: Bool { nodes.contains { $0.type.dtype == .float64 } }
}
