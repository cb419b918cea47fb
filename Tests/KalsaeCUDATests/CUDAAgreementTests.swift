import KalsaeCUDA
import KalsaeGPU
import KalsaeTensor
import KalsaeTesting
import Testing

extension CUDACardTests {
    /// A card, real or emulated, against the reference: every primitive, every type, odd shapes, mixed graphs, and
    /// the errors that data can cause.
    @Suite struct Agreement {
        @Test(arguments: BackendCase.families.map(\.name)) func family(_ name: String) throws {
            let backend = try EmulatedCard.backend.get()
            for family in BackendCase.families where family.name == name {
                // One program: compilers take longest to begin.
                let graphs = family.cases.map { (graph: $0.graph, options: $0.options) }
                for start in stride(from: 0, to: graphs.count, by: 512) {
                    try backend.prepare(Array(graphs[start..<min(start + 512, graphs.count)]))
                }
                checkBackend(backend, cases: family.cases)
            }
        }

        /// Operands that were rounded before give the same sums but for their own rounding.
        @Test func productsOfRoundedFloats() throws {
            let backend = try EmulatedCard.backend.get()
            guard backend.driver.info.tensorCores.contains(.tf32) else { return }
            let cases = BackendCase.roundedTiles
            try backend.prepare(cases.map { (graph: $0.graph, options: $0.options) })
            checkBackend(backend, cases: cases)
        }

        /// Halves on a card that multiplies only those of 11 bits together, 8 of a row at a time.
        @Test(.enabled(if: EmulatedCard.isThere, "\(EmulatedCard.reason)"))
        func productsOnAnEarlierCard() throws {
            try EmulatedCard.with("capability=75") {
                let backend = GPUBackend(try CUDADriver())
                let cases = ["on float16", "on bfloat16"].flatMap { operands in
                    BackendCase.tiles.filter { $0.description.contains(operands) }.prefix(12)
                }
                try backend.prepare(cases.map { (graph: $0.graph, options: $0.options) })
                checkBackend(backend, cases: cases)
            }
        }

        @Test func reductionsOfAllLayouts() throws {
            checkBackend(try EmulatedCard.backend.get(), cases: BackendCase.reductionLayouts)
        }

        @Test(arguments: LossCurve.networks.map(\.name))
        func lossesStayWithinWhatRoundingExplains(_ network: String) throws {
            try LossCurve.check(network, on: Device(try EmulatedCard.backend.get()))
        }
    }
}
