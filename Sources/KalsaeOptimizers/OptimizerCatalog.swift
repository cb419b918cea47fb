extension OptimizerSpec {
    /// The optimizers that a spec may name, a line each: the name, and the optimizer with the
    /// settings that a spec does not give. Of a type that stands here twice the first line counts.
    static let catalog: [(name: String, optimizer: any Optimizer)] = [
        ("sgd", SGD()),
        ("momentum", SGD(momentum: 0.9)),
        ("nesterov", SGD(momentum: 0.9, nesterov: true)),
        ("adagrad", AdaGrad()),
        ("rmsprop", RMSProp()),
        ("adadelta", Adadelta()),
        ("adam", Adam()),
        ("amsgrad", AMSGrad()),
        ("adamw", AdamW()),
        ("adamax", AdaMax()),
        ("nadam", NAdam()),
        ("radam", RAdam()),
        ("lion", Lion()),
        ("adafactor", Adafactor()),
        ("clippedByValue", ClippedByValue(SGD(), limit: 1)),
        ("clippedByNorm", ClippedByNorm(SGD(), limit: 1)),
        ("clippedByGlobalNorm", ClippedByGlobalNorm(SGD(), limit: 1)),
        ("weightDecayed", WeightDecayed(SGD(), decay: 0.01)),
        ("gradientAccumulation", GradientAccumulation(SGD(), count: 2)),
        ("exponentialMovingAverage", ExponentialMovingAverage(SGD())),
        ("parameterGroups", ParameterGroups(SGD(), [])),
        ("stochasticWeightAverage", StochasticWeightAverage(SGD(), start: 1, every: 1)),
    ]
}
