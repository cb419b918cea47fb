import KalsaeCPU
import KalsaeGraph
import KalsaeSupport
import Testing

/// Which engine runs what, at the level that `/proc/cpuinfo` or `KALSAE_ISA` asks for: the code that
/// chooses is not asked, so that an engine that is lost cannot go unnoticed.
@Suite struct EngineTests {
    /// The engine of large `float32` products: without vectors of 8 floats oneDNN's is as good.
    static var large: Engine {
        switch Processor.level {
        case .amx: .amxTiles
        case .avx2, .avx512: .packedVectors
        case .scalar: .oneDNN
        }
    }

    @Test func theLevelIsThatOfTheProcessor() {
        #expect(InstructionSet.current == Processor.level)
        #expect(InstructionSet.best == max(Processor.best, Processor.level))
    }

    @Test(arguments: [
        (512, 512, 512), (100, 100, 1500), (390, 120, 300), (50, 610, 1100), (768, 128, 128),
        (128, 128, 768),
    ])
    func productsThatAreLongWideAndTall(_ m: Int, _ n: Int, _ k: Int) throws {
        let (left, right) = (TensorType(.float32, [m, k]), TensorType(.float32, [k, n]))
        let plain = MatrixProductParameters()
        let kernel = try Kernel.matrixProduct(plain, left: left, right: right)
        #expect(kernel.engine == Self.large, "\(kernel.name)")
        let without = try EnvironmentFlag.with(.passes, "-limbs") {
            try Kernel.matrixProduct(plain, left: left, right: right)
        }
        #expect(without.engine == (Self.large == .amxTiles ? .packedVectors : Self.large))
        // Small ones are plain loops at every level.
        let small = try Kernel.matrixProduct(
            plain, left: TensorType(.float32, [4, 8]), right: TensorType(.float32, [8, 3]))
        #expect(small.engine == .plainLoops)
    }

    @Test func convolutionsAndTheirGradients() throws {
        let one = LimbProductTests.convolutionCases[0]
        let output = try one.output(.float32)
        let (input, weights) = (TensorType(.float32, one.input), TensorType(.float32, one.kernel))
        let kernels = [
            try Kernel.convolution(one.parameters, input: input, kernel: weights, result: output),
            try Kernel.convolutionInputGradient(
                one.parameters, gradient: output, kernel: weights, input: one.input),
            try Kernel.convolutionWeightGradient(
                one.parameters, input: input, gradient: output, kernel: one.kernel),
        ]
        for kernel in kernels { #expect(kernel.engine == Self.large, "\(kernel.name)") }
    }

    @Test func namesAreThoseOfTheLevels() {
        let vectors = min(Processor.level, .avx512).rawValue
        #expect(Engine.packedVectors.instructions == vectors)
        #expect(Engine.plainLoops.instructions == vectors)
        #expect(Engine.amxTiles.instructions == "amx" && Engine.oneDNN.instructions == "onednn")
    }
}
