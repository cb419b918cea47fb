import CKalsaeKernels
import KalsaeCPU
import KalsaeSupport
import KalsaeTensor
import KalsaeTraining
import Testing

/// What a step of the benchmark networks takes, so that a regression shows without a clock.
///
/// After a change for the better, `kalsae bench counts` prints the table anew.
@Suite struct BenchmarkCountTests {
    /// The most that a step may take: network, instructions, bytes moved, bytes of the arena.
    static let table: [(net: BenchmarkNetwork, instructions: Int, bytes: Int, arena: Int)] = [
        (.iris, 28, 33_316, 5_056),
        (.twolayer, 17, 1_268_544, 1_875_264),
        (.mlp, 42, 13_314_056, 2_983_936),
        (.convnet, 26, 35_571_144, 6_279_488),
        (.deepconvnet, 60, 110_886_836, 18_727_744),
        (.resnet, 263, 945_029_280, 112_286_400),
        (.chargpt, 254, 230_258_476, 28_295_168),
    ]

    @Test func everyNetworkHasARow() {
        #expect(Self.table.map(\.net) == BenchmarkNetwork.small)
    }

    @Test(arguments: table.indices) func aStepTakesNoMoreThanItDid(_ row: Int) throws {
        let (net, instructions, bytes, arena) = Self.table[row]
        let counts = try BenchmarkCounts.measure(net)
        #expect(counts.allocations == 0, "\(net)")
        #expect(counts.instructions > 0 && counts.bytes > 0 && counts.arena > 0, "\(net)")
        // Loops join own products, which need vectors of 8 floats; without vectors of 16 the gradient
        // of the convnet's pooling is stored.
        guard InstructionSet.current >= (net == .convnet ? .avx512 : .avx2) else { return }
        #expect(counts.instructions <= instructions, "\(net)")
        #expect(counts.bytes <= bytes, "\(net)")
        // Scratch memory of oneDNN depends on the processor.
        #expect(counts.arena <= arena + arena / 4, "\(net)")
    }

    /// As many as PyTorch's models of these names have (torchvision 0.26's ResNet-50; GPT-2 with a table of 50,304
    /// rows).
    @Test(arguments: [(BenchmarkNetwork.gpt2, 124_475_904), (.resnet50, 25_557_032)])
    func largeNetworksHaveTheirParameters(_ net: BenchmarkNetwork, _ count: Int) throws {
        #expect(try net.model().parameterCount == count)
    }

    @Test func withoutPassesAStepTakesMore() throws {
        func counts(_ passes: String) throws -> BenchmarkCounts {
            // A cache of its own: the flag is no part of what a plan is found by.
            try EnvironmentFlag.with(.passes, passes) {
                try Device(CPUBackend()).asCurrent { try BenchmarkCounts.measure(.iris) }
            }
        }
        let (all, none) = (try counts("all"), try counts("none"))
        #expect(none.bytes > all.bytes && none.instructions >= all.instructions)
        #expect(none.allocations == 0)
    }
}
