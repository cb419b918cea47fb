import KalsaeTensor

/// A wrapper that keeps a mean of each parameter in one slot more: the model's averaged weights.
///
/// `a ← (1 - w) · a + w · p` after each step of the base, with a weight `w` by the step's number;
/// `a` starts as the parameter. Running statistics of batch norm are not averaged: they are those
/// of the model in training.
public protocol WeightAverage: OptimizerWrapper {
    /// How much of the parameter goes into the mean at a step: from 0, which leaves the mean as it
    /// is, to 1, which forgets it.
    func weight(step: Int) -> Double
}

extension WeightAverage {
    /// The base's and one more.
    public var slotCount: Int { base.slotCount + 1 }

    /// The base's, then the parameter itself.
    public func initialSlots(for parameter: Tensor, at path: TensorPath) -> [Tensor] {
        base.initialSlots(for: parameter, at: path) + [parameter.stopGradient()]
    }

    /// The weight and its complement.
    public func ownScalars(step: Int) -> OptimizerScalars {
        let weight = weight(step: step)
        return ["weight": weight, "oneMinusWeight": 1 - weight]
    }

    /// The base's step, then the means.
    public func updateAll(
        _ parameters: [TrainedParameter], scalars: ScalarTensors
    ) -> [TrainedParameter] {
        let own = ownScalars(scalars)
        let inner = parameters.map { parameter in
            var parameter = parameter
            parameter.slots = parameter.slots.dropLast()
            return parameter
        }
        let moved = base.updateAll(inner, scalars: baseScalars(scalars))
        return zip(parameters, moved).map { before, after in
            guard let mean = before.slots.last else { return after }
            var after = after
            let s = own.cast(to: mean.dtype)
            after.slots.append(s.oneMinusWeight * mean + s.weight * after.value)
            return after
        }
    }

    /// The mean.
    public func averaged(_ parameter: Tensor, at path: TensorPath, slots: [Tensor]) -> Tensor {
        slots.last ?? parameter
    }
}
