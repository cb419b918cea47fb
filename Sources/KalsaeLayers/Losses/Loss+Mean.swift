import KalsaeTensor

extension Loss {
    /// The mean over a batch and, where its rows have weights, of their own or by their class, the
    /// sum of them: what the mean over several batches is made of.
    package func mean(
        _ predictions: Tensor, _ targets: Tensor, weights: Tensor? = nil
    ) -> (loss: Tensor, weight: Tensor?) {
        let mean = self(predictions, targets, weights: weights)
        guard mean.fault == nil else { return (mean, nil) }
        // Traced twice, computed once: equal nodes are merged.
        return (mean, terms(predictions, targets, weights).weights?.sum())
    }
}
