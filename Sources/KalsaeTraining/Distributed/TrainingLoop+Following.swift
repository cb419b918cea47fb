import KalsaeBackend
import KalsaeDistributed
import KalsaeGraph
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor

/// What ranks above 0 do: the steps that rank 0 tells them, each on its own part of every batch.
extension TrainingLoop {
    /// Obeys until rank 0 says that the training is over; returns its course.
    ///
    /// - Throws: `OtherRankFailed` where the training failed on rank 0, which tells why.
    func follow(_ group: any ProcessGroup) throws -> History {
        while true {
            let command = try RankCommand(
                from: group, doing: "the command behind step \(step.count)")
            switch command {
            case .step(let position, let rate): try takeStep(at: position, rate: rate)
            case .restore(let count): try receiveState(from: group, count: count)
            case .change(let change): try make(change.change)
            case .configure(let changes): try reconfigure(after: changes)
            case .check(let sum):
                guard try step.checksum == sum else {
                    throw KalsaeError(
                        "step \(step.count)", expected: "the weights of rank 0",
                        got: "others on \(group.name(of: group.rank))",
                        advice: "use hosts with one processor, or one KALSAE_ISA that all have")
                }
            case .wait: continue
            case .end(let history?): return history
            case .end(nil): throw OtherRankFailed()
            }
        }
    }

    private func takeStep(at position: BatchPosition, rate: Double) throws {
        if source.position != position { try source.seek(to: position) }
        // At the end of an epoch the source says so first.
        guard let batch = try source.next() ?? source.next() else {
            throw KalsaeError(
                "batch", expected: "one at \(position.text), as rank 0 has", got: "none",
                advice: "give all hosts the same data")
        }
        try batch.check()
        step.optimizer.learningRate = rate
        _ = try step.runUnchecked(batch, at: position)
        onFollowedStep?(step.count)
    }

    /// Takes over model and optimizer of rank 0.
    private func receiveState(from group: any ProcessGroup, count: Int) throws {
        func received<Tree: TensorTree>(_ tree: Tree) throws -> Tree {
            try tree.mapTensors { path, tensor in
                let buffer = try Buffer(byteCount: tensor.byteCount)
                try buffer.withMutableHostBytes { bytes throws(KalsaeError) in
                    try group.broadcast(bytes, doing: "the state of step \(count)")
                }
                return Tensor(buffer, tensor.type)
            }
        }
        let model = try received(step.model)
        try step.restore(model, try received(step.optimizerState), count: count)
    }
}
