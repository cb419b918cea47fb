import KalsaeCUDA
import KalsaeGPU
import KalsaeGraph
import KalsaeTensor
import KalsaeTesting
import Testing

extension WeightRounding {
    /// 10 bits behind the point, and the exponents of `float32`.
    fileprivate static let tf32 = WeightRounding(digits: 11, smallest: -136)

    /// What halves round weights to where tensor cores multiply them.
    fileprivate static func half(
        _ dtype: DType, on formats: Set<TensorCoreFormat>
    ) -> WeightRounding? {
        switch dtype {
        case .bfloat16 where formats.contains(.bfloat16):
            WeightRounding(digits: 8, smallest: -133)
        case .float16 where formats.contains(.float16):
            WeightRounding(digits: 11, smallest: -24)
        case _: nil
        }
    }
}

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
                let formats = backend.driver.info.tensorCores
                checkBackend(
                    backend,
                    cases: family.cases.map {
                        $0.roundingWeights { WeightRounding.half($0, on: formats) }
                    })
            }
        }

        /// Operands that were rounded before give the same sums but for their own rounding.
        @Test func productsOfRoundedFloats() throws {
            let backend = try EmulatedCard.backend.get()
            guard backend.driver.info.tensorCores.contains(.tf32) else { return }
            let cases =
                BackendCase.roundedTiles
                + BackendCase.roundedAttentionTiles.map { $0.roundingWeights { _ in .tf32 } }
            try backend.prepare(cases.map { (graph: $0.graph, options: $0.options) })
            checkBackend(backend, cases: cases)
        }

        /// Halves on a card that multiplies only those of 11 bits together, 8 of a row at a time.
        @Test(.enabled(if: EmulatedCard.isThere, "\(EmulatedCard.reason)"))
        func productsOnAnEarlierCard() throws {
            try EmulatedCard.with("capability=75") {
                let backend = GPUBackend(try CUDADriver())
                let products = ["on float16", "on bfloat16"].flatMap { operands in
                    BackendCase.tiles.filter { $0.description.contains(operands) }.prefix(12)
                }
                let formats = backend.driver.info.tensorCores
                let attentions = BackendCase.attentionTiles.map {
                    $0.roundingWeights { WeightRounding.half($0, on: formats) }
                }
                let cases = products + attentions
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
