/// A training of the lectures as a configuration: `kalsae train NAME`, with options that replace its
/// values.
struct TrainingPreset {
    /// The name, which no data set has.
    let name: String
    /// What it is, in a line.
    let summary: String
    /// The configuration, as a file has it.
    let text: String

    /// That of a name; nil where there is none.
    static func named(_ name: String) -> TrainingPreset? { all.first { $0.name == name } }

    /// All of them.
    static let all = [
        TrainingPreset(
            name: "iris-4-8-8-3", summary: "the 4-8-8-3 network of the Keras slides on iris",
            text: """
                data: iris
                network:
                  - {layer: dense, units: 8, activation: relu}
                  - {layer: dense, units: 8, activation: relu}
                  - {layer: dense, units: 3}
                optimizer: adam
                batch: 32
                """),
        TrainingPreset(
            name: "two-layer", summary: "784-50-10 with ReLU on MNIST: 0.97 of the test digits",
            text: """
                data: mnist
                network: 784-50-10
                activation: relu
                optimizer: sgd
                learning-rate: 0.1
                batch: 100
                order: withReplacement
                steps: 10000
                """),
        TrainingPreset(
            name: "two-layer-sigmoid",
            summary: "784-50-10 with a sigmoid on MNIST: 0.945 of the test digits",
            text: """
                data: mnist
                network: 784-50-10
                activation: sigmoid
                optimizer: sgd
                learning-rate: 0.1
                batch: 100
                order: withReplacement
                steps: 10000
                """),
        TrainingPreset(
            name: "random-search",
            summary: "100 trials of six hidden layers of 100 on 500 digits, for `kalsae search`",
            text: """
                data: mnist
                rows: 500
                split: 80/20/0
                network: 784-100-100-100-100-100-100-10
                activation: relu
                optimizer: sgd
                batch: 100
                order: withReplacement
                epochs: 50
                patience: 0
                search:
                  objective: accuracy
                  sampler: random
                  trials: 100
                  space:
                    learning-rate: 1e-6..1e-2 log
                    weight-decay: 1e-8..1e-4 log
                """),
        TrainingPreset(
            name: "optimizer-race",
            summary: "four hidden layers of 100 on MNIST, 2,000 steps: --optimizer to compare",
            text: """
                data: mnist
                network: 784-100-100-100-100-10
                activation: relu
                optimizer: sgd
                learning-rate: 0.01
                batch: 128
                order: withReplacement
                steps: 2000
                """),
        TrainingPreset(
            name: "simple-convnet", summary: "one convolution, two dense layers on MNIST: 0.99",
            text: """
                data: mnist
                network: simple-convnet
                optimizer: adam
                learning-rate: 0.001
                batch: 100
                epochs: 20
                """),
        TrainingPreset(
            name: "deep-convnet", summary: "six convolutions with dropout on MNIST: 0.994",
            text: """
                data: mnist
                network: deep-convnet
                optimizer: adam
                learning-rate: 0.001
                batch: 100
                epochs: 20
                """),
        TrainingPreset(
            name: "batch-norm-convnet",
            summary: "five convolutions with batch norm on MNIST, shifted images",
            text: """
                data: mnist
                network: batch-norm-convnet
                augment: [shift]
                optimizer: adam
                learning-rate: 0.002
                schedule: cosine
                batch: 100
                epochs: 10
                """),
        TrainingPreset(
            name: "fashion", summary: "the batch-norm network on Fashion-MNIST",
            text: """
                data: fashion-mnist
                network: batch-norm-convnet
                optimizer: adam
                learning-rate: 0.002
                schedule: cosine
                batch: 100
                epochs: 10
                """),
    ]
}
