// A training loop of one's own: batches in a new order each epoch, clipped gradients, and a stop
// where the validation loss has not fallen for ten epochs.
import Kalsae

let iris = try NamedSet.iris.load(seed: 1).datasets()
var model = try withSeed(1) {
    try Sequential([.dense(units: 8, activation: .tanh), .dense(units: 3)], input: [4])
}
var optimizer = try StatefulOptimizer(
    ClippedByGlobalNorm(Adam(learningRate: 0.02), limit: 1), for: model)
let evaluator = try Evaluator(model, loss: .softmaxCrossEntropy, metrics: [.accuracy])

var best = (loss: Double.infinity, epoch: 0, model: model)
for epoch in 1...100 {
    for batch in iris.train.batches(of: 16, shuffledBy: 7, epoch: epoch) {
        try optimizer.step(&model) { model in
            Loss.softmaxCrossEntropy(model(batch.inputs), batch.targets)
        }
    }
    evaluator.model = model
    let loss = try evaluator.evaluate(iris.validation).loss
    // A model is a value: an assignment is a snapshot.
    if loss < best.loss { best = (loss, epoch, model) }
    guard epoch - best.epoch < 10 else { break }
}
print("best of epoch \(best.epoch), validation loss \(best.loss)")
evaluator.model = best.model
print(try evaluator.evaluate(iris.test))
