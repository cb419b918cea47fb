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
            guard backend.driver.info.matrixUnits.contains(.tf32) else { return }
            let cases = BackendCase.roundedTiles
            try backend.prepare(cases.map { (graph: $0.graph, options: $0.options) })
            checkBackend(backend, cases: cases)
        }

        /// Halves on cards that multiply only those of 11 bits together, and on those that multiply none.
        @Test(
            .enabled(if: EmulatedCard.isThere, "\(EmulatedCard.reason)"),
            arguments: [("75 80", 75), ("70 80", 70)])
        func productsOnEarlierCards(_ architectures: String, _ capability: Int) throws {
            let settings = "capability=\(capability);architectures=\(architectures)"
            try EmulatedCard.with(settings) {
                let backend = GPUBackend(try CUDADriver())
                let cases = Array(BackendCase.tiles.filter { $0.description.contains("float16") }[..<12])
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
