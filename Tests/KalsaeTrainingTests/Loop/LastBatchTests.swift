import KalsaeData
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor
import KalsaeTraining
import Testing

/// The rows at the end of an epoch that do not fill a batch.
@Suite struct LastBatchTests {
    private func data(_ rows: Int) throws -> Dataset {
        let x = Tensor.normal([rows, 3], key: RandomKey(seed: 1))
        return try Dataset(x, (x.sum(axes: [1]) .> 0).cast(to: .int32))
    }

    private func trainer(batchNorm: Bool) throws -> Trainer<Sequential> {
        let middle: [LayerSpec] = batchNorm ? [.batchNorm] : []
        let model = try withSeed(1) {
            try Sequential([.dense(units: 4)] + middle + [.dense(units: 2)], input: [3])
        }
        return try Trainer(model, loss: .softmaxCrossEntropy, optimizer: SGD(), seed: 2)
    }

    private func sizes(_ rows: Int, _ last: LastBatch) throws -> [Int] {
        var batches = DatasetBatches(
            try data(rows), size: 8, order: .shuffled, last: last, seed: 3)
        var sizes: [Int] = []
        while let batch = batches.next() { sizes.append(batch.count) }
        #expect(batches.batchesPerEpoch == sizes.count && batches.position.epoch == 2)
        return sizes
    }

    @Test func rowsThatFillNoBatch() throws {
        #expect(try sizes(17, .kept) == [8, 8, 1])
        #expect(try sizes(17, .joined) == [8, 9])
        #expect(try sizes(17, .dropped) == [8, 8])
        for last in LastBatch.allCases {
            #expect(try sizes(16, last) == [8, 8])
            #expect(try sizes(5, last) == [5])
        }
    }

    @Test func aLastRowJoinsWhereBatchNormRefusesIt() async throws {
        let (history, notices) = try await Notice.collect {
            try await trainer(batchNorm: true).fit(try data(17), FitOptions(epochs: 3, batch: 8))
        }
        #expect(history.steps == 6)
        #expect(notices.count { $0.contains("joins the one before") } == 1)
        let (plain, said) = try await Notice.collect {
            try await trainer(batchNorm: false).fit(try data(17), FitOptions(epochs: 3, batch: 8))
        }
        #expect(plain.steps == 9 && said.isEmpty)
        var options = FitOptions(epochs: 3, batch: 8)
        options.lastBatch = .dropped
        let dropped = try await trainer(batchNorm: true).fit(try data(17), options)
        #expect(dropped.steps == 6)
    }
}
