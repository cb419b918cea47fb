import KalsaeData
import KalsaeLayers
import KalsaeSupport
import KalsaeTensor

extension TrainingRun {
    /// Looks at the network of a state on rows of the data; nothing is trained.
    ///
    /// - Parameters:
    ///   - state: a state of a run of this recipe.
    ///   - rows: the most rows for outputs and gradients.
    /// - Throws: a `KalsaeError` where the state is that of another network.
    public func checkup(_ state: TrainingState, rows: Int = 512) throws -> ModelCheckup {
        let count = min(rows, data.train.count)
        let sample = (0..<count).map { $0 * data.train.count / max(count, 1) }
        let set = try Dataset(data.train.rows(sample))
        let numbers = Tensor((0..<count).map(Int32.init))
        let (x, y) = (try set.inputs(at: numbers).evaluate(), set.targets)
        let examination = NetworkExamination(
            recipe: recipe, loss: data.train.targets.loss, model: model, state: state)
        var checkup = try examination.checkup(x, y)
        if case .classes(_, let names) = data.train.targets { checkup.classes = names.count }
        try findOddRows(examination.network(), &checkup)
        return checkup
    }

    /// The most rows of a part whose labels are looked at.
    private static let mostLabels = 10_000

    private func findOddRows(_ network: Sequential, _ checkup: inout ModelCheckup) throws {
        for (part, rows) in [("validation", data.validation), ("train", data.train)] {
            guard case .classes(let labels, let names) = rows.targets, rows.count > 0 else {
                continue
            }
            let count = min(rows.count, Self.mostLabels)
            let set = try Dataset(rows.rows(Array(0..<count)))
            checkup.examined += count
            for start in stride(from: 0, to: count, by: 1000) {
                let end = min(start + 1000, count)
                let x = set.inputs(at: Tensor((start..<end).map(Int32.init)))
                let table = try network(x).softmax().values(Float.self)
                for row in start..<end {
                    let first = (row - start) * names.count
                    let own = table[first..<(first + names.count)]
                    guard let best = own.indices.max(by: { own[$0] < own[$1] }),
                        own[best] >= 0.95, own[first + Int(labels[row])] <= 0.02
                    else { continue }
                    checkup.oddRows.append(
                        ModelCheckup.OddRow(
                            part: part, row: row, label: names[Int(labels[row])],
                            prediction: names[best - first], probability: Double(own[best])))
                }
            }
        }
        checkup.oddRows.sort { $0.probability > $1.probability }
    }
}
