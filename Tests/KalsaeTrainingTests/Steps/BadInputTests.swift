import KalsaeData
import KalsaeGraph
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor
import KalsaeTraining
import Testing

/// What only the data can show is thrown by the step, with the layer's name.
@Suite struct BadInputTests {
    /// The fault of one step on data; a failure of the test when there is none.
    private func fault(
        _ specs: [LayerSpec], _ features: Tensor, _ targets: Tensor, batch: Int = 32
    ) async throws -> TensorFault? {
        let data = try Dataset(features, targets)
        let model = try Sequential(specs, input: data.inputShape)
        let trainer = try Trainer(model, loss: .softmaxCrossEntropy, optimizer: SGD())
        do {
            try await trainer.fit(data, batch: batch, order: .sequential)
            Issue.record("a fault was expected")
        } catch let fault as TensorFault {
            return fault
        }
        return nil
    }

    @Test func aNumberOutsideOfATableNamesItsLayer() async throws {
        let specs: [LayerSpec] = [.embedding(vocabulary: 3, size: 2), .flatten, .dense(units: 2)]
        let rows = Tensor([0, 1, 2, 3] as [Int32], shape: [2, 2])
        let fault = try await fault(specs, rows, Tensor([0, 1] as [Int32]))
        #expect(fault?.layer == "embedding1")
        #expect(fault?.error.expected == "indices from 0 to 2")
        #expect(fault?.error.got == "3")
    }

    @Test func theSameInInference() throws {
        let specs: [LayerSpec] = [.embedding(vocabulary: 3, size: 2)]
        let model = try Sequential(specs, input: [1]).labeled()
        let computed = Tensor([5] as [Int32], shape: [1, 1]) * Tensor([-1] as [Int32])
        do {
            _ = try model(computed).values()
            Issue.record("a fault was expected")
        } catch let fault as TensorFault {
            #expect(fault.layer == "embedding1")
            #expect(fault.error.got == "-5")
        }
    }

    @Test func aClassThatThereIsNotNamesTheLoss() async throws {
        let fault = try await fault([.dense(units: 2)], .ones([2, 4]), Tensor([0, 7] as [Int32]))
        #expect(fault?.description.contains("from 0 to 1, got 7") == true)
        #expect(fault?.layer == "softmax cross-entropy")
    }

    @Test func aBatchOfOneUnderBatchNorm() async throws {
        let specs: [LayerSpec] = [.dense(units: 3), .batchNorm, .dense(units: 2)]
        let fault = try await fault(specs, .ones([2, 4]), Tensor([0, 1] as [Int32]), batch: 1)
        #expect(fault?.layer == "batchNorm1")
        #expect(fault?.description.contains("at least two rows") == true)
    }

    /// The triplet loss takes predictions of another shape.
    @Test(arguments: Loss.all.filter { $0.name != "triplet" })
    func anEmptyBatchNamesTheLoss(_ loss: Loss) {
        let mean = loss(.zeros([0, 3]), .zeros([0, 3]))
        #expect(mean.fault?.description.contains(loss.name) == true, "\(mean)")
        #expect(loss(.zeros([0, 3]), .zeros([0, 3]), reduction: .none).shape == [0])
    }

    @Test func anEmptySetIsRefused() async throws {
        let data = try Dataset(.zeros([0, 4]), .zeros([0], dtype: .int32))
        let model = try Sequential([.dense(units: 2)], input: [4])
        let trainer = try Trainer(model, loss: .softmaxCrossEntropy, optimizer: SGD())
        await #expect(throws: KalsaeError.self) { try await trainer.fit(data) }
        await #expect(throws: KalsaeError.self) { try await trainer.evaluate(data) }
    }
}
