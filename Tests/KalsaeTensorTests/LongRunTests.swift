import KalsaeLayers
import KalsaeSupport
import KalsaeTensor
import Testing

/// What takes minutes or gigabytes; `make test-long` runs it.
@Suite(
    .serialized,
    .enabled(if: EnvironmentFlag.longTests.integer != 0, "takes minutes; see `make test-long`"))
struct LongRunTests {
    @Test func tenMillionNodesAreDropped() {
        weak var first: TensorNode?
        do {
            var chain = Tensor(Float(1)).exp()
            first = chain.node
            for _ in 0..<10_000_000 { chain = chain + chain }
        }
        #expect(first == nil)
    }

    @Test func anLSTMOverFiftyThousandSteps() throws {
        let layer = LSTM(4, units: 8)
        let x = Tensor.ones([1, 50_000, 4])
        let slope = gradient(at: layer) { $0(x).sum() }
        let numbers: [Float] = try slope.weight.values()
        #expect(numbers.count == 128)
        #expect(numbers.allSatisfy(\.isFinite) && numbers.contains { $0 != 0 })
    }

    @Test func tenThousandStepsBeforeTheLossIsRead() throws {
        var weight = Tensor.ones([784, 50])
        let x = Tensor.ones([100, 784]) * 0.01
        try x.evaluate()
        var loss = Tensor(Float(0))
        for _ in 0..<10_000 {
            let (value, gradient) = valueAndGradient(at: weight) { weight in
                let y = x.matmul(weight)
                return (y * y).mean()
            }
            weight = weight - gradient
            loss = value
        }
        #expect(try loss.item() >= 0)
    }
}
