import CKalsaeKernels
import KalsaeBackend
import KalsaeGraph
import KalsaeLowering
import KalsaeSupport

/// What all replicas of a plan share and none of them changes: code, literals, and where each
/// pointer of each instruction points.
final class CPUPlanCode: Sendable {
    /// An entry of the pointer table that follows a buffer.
    struct Patch {
        var index: Int
        var byteOffset: Int
    }

    let graph: Graph
    let instructions: [InstructionSummary]
    let arenaByteCount: Int
    /// Whole kernels: an array of their functions alone would wrap each of them, and calls would go
    /// by way of two more.
    let kernels: [Kernel]
    /// Behind which instructions a run looks for an error, and may end: how many are before each of
    /// these points, and last how many there are.
    let faultPoints: [Int]
    /// Where the pointers of each instruction begin in the table.
    let starts: [Int]
    /// The number of pointers of all instructions.
    let pointerCount: Int
    let arenaPatches: [Patch]
    let inputPatches: [[Patch]]
    let outputPatches: [[Patch]]
    let literalPatches: [(buffer: Buffer, patch: Patch)]
    /// For each output, behind how many instructions nothing more is written to it.
    let readiness: [Int]
    let inputBytes: [Int]
    let outputBytes: [Int]
    let threads: Int
    let usesThreads: Bool
    /// Whether an instruction calls a library with a pool of threads of its own.
    let callsLibrary: Bool
    /// Whether loops run on the library's pool of threads, which would fight with another.
    let sharesPool: Bool
    /// Whether the times are told on standard error.
    let tellsTimes: Bool

    init(
        _ lowered: LoweredPlan, _ assembly: PlanAssembly, threads: Int
    ) throws(KalsaeError) {
        graph = lowered.graph
        let memory = lowered.memory
        self.threads = threads
        instructions = assembly.summaries
        kernels = assembly.kernels
        let count = assembly.kernels.count
        faultPoints = (1..<max(count, 1)).filter { assembly.mayFail[$0 - 1] } + [count]
        tellsTimes = PlanProfile.isWanted
        callsLibrary = assembly.kernels.contains { $0.callsLibrary }
        sharesPool = kls_openmp_spins() && callsLibrary
        usesThreads = threads > 1 && assembly.kernels.contains { $0.usesThreads }
        arenaByteCount = memory.arena.byteCount
        inputBytes = graph.inputs.map(\.byteCount)
        outputBytes = graph.outputTypes.map(\.byteCount)
        var literals: [Int: Buffer] = [:]
        for (number, storage) in lowered.storages.enumerated() {
            guard case .literal(let bytes) = storage.kind else { continue }
            let buffer = try Buffer(byteCount: bytes.count)
            try buffer.withMutableHostBytes { $0.copyBytes(from: bytes) }
            literals[number] = buffer
        }
        var inputPatches = [[Patch]](repeating: [], count: graph.inputs.count)
        var outputPatches = [[Patch]](repeating: [], count: graph.outputs.count)
        var arenaPatches: [Patch] = []
        var literalPatches: [(buffer: Buffer, patch: Patch)] = []
        var starts: [Int] = []
        var index = 0
        for targets in assembly.targets {
            starts.append(index)
            for target in targets {
                var (location, byteOffset) = (Location.none, 0)
                switch target {
                case .slot(let slot): location = .slot(slot)
                case .input(let input): location = .input(input)
                case .storage(let storage, let offset):
                    (location, byteOffset) = (memory.locations[storage], offset)
                    if let literal = literals[storage] {
                        literalPatches.append((literal, Patch(index: index, byteOffset: offset)))
                    }
                }
                switch location {
                case .input(let input):
                    inputPatches[input].append(Patch(index: index, byteOffset: byteOffset))
                case .output(let output):
                    outputPatches[output].append(Patch(index: index, byteOffset: byteOffset))
                case .slot(let slot):
                    let start = memory.arena.slots[slot].offset
                    arenaPatches.append(Patch(index: index, byteOffset: start + byteOffset))
                case .literal, .none: break
                }
                index += 1
            }
        }
        self.starts = starts
        pointerCount = index
        readiness = outputPatches.map { patches in
            // The last instruction that has a pointer to it; with none it is an input's own buffer.
            guard let last = patches.map(\.index).max() else { return count }
            return starts.lastIndex { $0 <= last }.map { $0 + 1 } ?? count
        }
        self.inputPatches = inputPatches
        self.outputPatches = outputPatches
        self.arenaPatches = arenaPatches
        self.literalPatches = literalPatches
    }
}
