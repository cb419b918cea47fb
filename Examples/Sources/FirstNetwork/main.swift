// A network in code: irises by four measures, trained, measured, saved, and asked.
import Kalsae

let iris = try NamedSet.iris.load(seed: 1).datasets()
let network = try withSeed(1) {
    try Sequential([.dense(units: 8, activation: .relu), .dense(units: 3)], input: [4])
}
print(network.summary)

let trainer = try Trainer(
    network, loss: .softmaxCrossEntropy, optimizer: Adam(learningRate: 0.01),
    metrics: [.accuracy])
let history = try await trainer.fit(
    iris.train, validation: iris.validation, epochs: 60, batch: 16)
print("\(history.steps) steps; on rows that were held out:")
print(try await trainer.evaluate(iris.test))

// A file that Python reads too; what is read back gives the same answers.
let trained = await trainer.model
try Weights.save(trained, to: "first-network.safetensors")
let again = try Weights.load("first-network.safetensors", into: network)
let answers = try again(iris.test.features).argMax(axis: -1).values(Int.self)
guard answers == (try trained(iris.test.features).argMax(axis: -1).values(Int.self)) else {
    throw KalsaeError("first-network.safetensors", expected: "the answers of before", got: "others")
}
print("classes of the first rows: \(answers.prefix(8).map { iris.test.classNames[$0] })")
