/// The functions whose gradients are being taken, one inside of the other.
enum GradientScope {
    @TaskLocal private static var isInside = false

    /// The value of a function and its gradients.
    ///
    /// Out of the outermost function no variable can be reached any more, so what comes out keeps no
    /// history: with it, a loop that carries parameters from step to step would keep every step's
    /// values.
    static func run(
        for variables: [Tensor], _ function: () throws -> Tensor
    ) rethrows -> (value: Tensor, gradients: [Tensor]) {
        let (value, gradients) = try $isInside.withValue(true) {
            let value = try function()
            return (value, Tensor.gradients(of: value, for: variables))
        }
        if isInside { return (value, gradients) }
        return (value.withoutHistory, gradients.map(\.withoutHistory))
    }
}

extension Tensor {
    /// The same numbers without what a gradient would walk over, as nothing more where there is none.
    fileprivate var withoutHistory: Tensor { node.keepsHistory ? stopGradient() : self }
}
