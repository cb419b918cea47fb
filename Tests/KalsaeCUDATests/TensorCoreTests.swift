import KalsaeCUDA
import KalsaeGPU
import KalsaeTesting
import Testing

extension DeviceInfo {
    /// A card of a compute capability.
    static func card(_ capability: Int) -> DeviceInfo {
        DeviceInfo(
            device: "cuda:0", name: "sm_\(capability)", kind: .gpu, driver: "", computeUnits: 132,
            memoryBytes: 1 << 36, largestBuffer: 1 << 36, sharedBytes: 48 << 10,
            largestGroup: 1024, argumentBytes: 4096, hasFloat64: true,
            tensorCores: TensorCoreFormat.formats(capability: capability))
    }
}

/// Which products are multiplied by tensor cores, and how their tiles are read; no card is needed.
@Suite struct TensorCoreTests {
    private func text(_ cases: [BackendCase], _ capability: Int) throws -> String {
        try GPUBackend.program(
            of: cases.map { ($0.graph, $0.options) }, for: .card(capability), dialect: ""
        ).text
    }

    private func uses(_ format: TensorCoreFormat, in text: String) -> Int {
        text.split(separator: "\(format.function)(sum").count - 1
    }

    @Test func formatsOfCards() {
        #expect(TensorCoreFormat.formats(capability: 70).isEmpty)
        #expect(TensorCoreFormat.formats(capability: 75) == [.float16])
        #expect(TensorCoreFormat.formats(capability: 80) == Set(TensorCoreFormat.allCases))
        #expect(TensorCoreFormat.formats(capability: 120) == Set(TensorCoreFormat.allCases))
    }

    @Test(arguments: [70, 75, 80, 90]) func productsAreMultipliedByWhatThereIs(
        _ capability: Int
    ) throws {
        let text = try text(BackendCase.tiles + BackendCase.roundedTiles, capability)
        for format in TensorCoreFormat.allCases {
            let isThere = TensorCoreFormat.formats(capability: capability).contains(format)
            #expect((uses(format, in: text) > 20) == isThere, "\(format)")
        }
    }

    /// One, two and four warps; rows in registers of float32, where one core has no other work.
    @Test func attentionIsComputedByTilesOfAllSizes() throws {
        let halves = try text(BackendCase.attentionTiles, 90)
        for part in [
            "KERNEL(32) ", "KERNEL(64) ", "KERNEL(128) ", "multiply_bf16(s + ",
            "multiply_f16(dp + ", "multiply_bf16(forKey + ", "bf16_pair(s[", "float sum[128]",
        ] {
            #expect(halves.contains(part), "\(part)")
        }
        #expect(!halves.contains("multiply_tf32"))
        let rounded = try text(BackendCase.roundedAttentionTiles, 90)
        #expect(rounded.contains("multiply_tf32(forValue + "))
        let plain = try text(BackendCase.attentionTiles, 70)
        #expect(!plain.contains("multiply_"))
    }

    /// Numbers of 24 bits stay what they are.
    @Test func floatsAreRoundedOnlyWhereThatIsAskedFor() throws {
        #expect(uses(.tf32, in: try text(BackendCase.tiles, 90)) == 0)
    }

    /// Sums of 16, 32 and 64 a work item, pieces of 16 bytes, and single elements.
    @Test func tilesOfAllSizesAreTried() throws {
        let text = try text(BackendCase.tiles, 90)
        for part in [
            "float sum[16]", "float sum[32]", "float sum[64]", "a[j / 8], b[j % 8]",
            "uint4 nextA[2]", "uint4 nextB[2]", "u16 nextA[8]", "float nextB[",
        ] {
            #expect(text.contains(part), "\(part)")
        }
    }
}
