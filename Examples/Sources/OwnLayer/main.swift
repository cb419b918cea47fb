// A layer of one's own, checked by finite differences and trained in a network of ten.
import Kalsae

struct Deep: Layer {
    var first = Dense(4, 16)
    var blocks = (0..<10).map { _ in ScaledResidual(width: 16) }
    var last = Dense(16, 3)
    static let parts = Parts(\Self.first, \.blocks, \.last)

    func callAsFunction(_ x: Tensor) -> Tensor {
        last(blocks.reduce(first(x)) { x, block in block(x) })
    }
}

let block = withSeed(2) { ScaledResidual(width: 3) }
let x = Tensor.randn([2, 3], seed: 3)
let report = try checkGradient(of: { $0(x.cast(to: .float64)) }, at: block)
print("gradients beside differences: \(report)")
guard report.largestRelativeError < 1e-6 else {
    throw KalsaeError("ScaledResidual", expected: "gradients of its values", got: "others")
}

let iris = try NamedSet.iris.load(seed: 1).datasets()
let trainer = try Trainer(
    withSeed(1) { Deep() }, loss: .softmaxCrossEntropy, optimizer: Adam(learningRate: 0.01),
    metrics: [.accuracy])
try await trainer.fit(iris.train, epochs: 30, batch: 16)
print(await trainer.model)
print("scales: \(try await trainer.model.blocks.map { try $0.scale.item() })")
print(try await trainer.evaluate(iris.test))
