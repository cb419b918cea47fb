/// The family of kernels that runs an instruction of a plan; ``EngineChoice`` says which when.
package enum Engine: String, Sendable {
    /// Products and convolutions on AMX tiles, floats as sums of bf16 limbs.
    case amxTiles = "tiles"
    /// Products and convolutions over packed panels, on vectors of the level in force (``InstructionSet``).
    case packedVectors = "packed"
    /// Loops that pack nothing, on vectors of that level: products of any type, and all other primitives.
    case plainLoops = "plain"
    /// A primitive of oneDNN.
    case oneDNN = "onednn"

    /// Whether own kernels on packed vectors or tiles run it, which take epilogues and poolings.
    var isPacked: Bool { self == .amxTiles || self == .packedVectors }

    /// The instructions, as profiles show them: `scalar`, `avx2`, `avx512`, `amx` or `onednn`.
    package var instructions: String {
        switch self {
        case .packedVectors, .plainLoops: InstructionSet.vectors.rawValue
        case .amxTiles: InstructionSet.amx.rawValue
        case .oneDNN: rawValue
        }
    }

    /// The name of a kernel, as `matmul.tiles`; with a loop behind it, packed vectors go without saying.
    func kernelName(_ operation: String, epilogue: String = "") -> String {
        epilogue.isEmpty || self != .packedVectors
            ? "\(operation).\(rawValue)\(epilogue)" : operation + epilogue
    }
}
