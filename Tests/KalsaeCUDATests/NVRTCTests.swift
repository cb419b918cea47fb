import KalsaeCUDA
import KalsaeGPU
import KalsaeSupport
import KalsaeTesting
import Testing

/// All kernels that the suite of backends needs, compiled for CUDA: what runs on devices of OpenCL is
/// also CUDA C++. No card is needed.
@Suite(
    .enabled(if: (try? NVRTC.loaded.get()) != nil, "there is no libnvrtc"),
    .disabled(if: EmulatedCard.isThere, "the emulated compiler knows no errors of CUDA"),
    .serialized)
struct NVRTCTests {
    @Test(arguments: [80, 90]) func allKernelsCompile(_ capability: Int) throws {
        let compiler = try NVRTC.loaded.get()
        let (info, architecture) = (DeviceInfo.card(capability), "sm_\(capability)")
        var count = 0
        for family in BackendCase.families {
            let program = try GPUBackend.program(
                of: family.cases.map { ($0.graph, $0.options) }, for: info,
                dialect: CUDADialect.text(for: architecture))
            let code = try compiler.machineCode(of: program.text, architecture: architecture)
            #expect(!code.isEmpty, "\(family.name)")
            count += program.kernels
        }
        #expect(count > 500)
    }

    /// Products by tensor cores, of what each card has.
    @Test(arguments: [75, 80, 90]) func productsByTensorCoresCompile(_ capability: Int) throws {
        let compiler = try NVRTC.loaded.get()
        let (info, architecture) = (DeviceInfo.card(capability), "sm_\(capability)")
        let cases =
            BackendCase.tiles + BackendCase.roundedTiles + BackendCase.roundedAttentionTiles
        let program = try GPUBackend.program(
            of: cases.map { ($0.graph, $0.options) }, for: info,
            dialect: CUDADialect.text(for: architecture))
        #expect(
            try !compiler.machineCode(of: program.text, architecture: architecture).isEmpty)
    }

    /// What drivers get for cards that came later.
    @Test func textOfPTXEndsWithAZero() throws {
        let compiler = try NVRTC.loaded.get()
        let source =
            CUDADialect.text(for: "compute_80") + "KERNEL(64) one(float *x) { x[LID] = 1; }"
        let bytes = try compiler.machineCode(of: source, architecture: "compute_80")
        #expect(bytes.last == 0)
        let text = String(decoding: bytes.dropLast(), as: UTF8.self)
        #expect(text.contains(".target sm_80") && text.contains(".entry one("))
        #expect(try compiler.architecture(for: 80) == "sm_80")
        #expect(try compiler.architecture(for: 999).hasPrefix("compute_1"))
    }
}
