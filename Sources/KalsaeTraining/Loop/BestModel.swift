/// The best weights so far, by validation loss, and how long there were no better ones.
struct BestModel<Model> {
    let rule: EarlyStopping?
    private var best: (model: Model, epoch: Int, loss: Double)?
    private var waited = 0

    init(rule: EarlyStopping?) { self.rule = rule }

    /// Whether the rule's patience has run out.
    var isExhausted: Bool {
        guard let rule else { return false }
        return waited > rule.patience
    }

    /// Notes an epoch; the model is asked for only if it is kept.
    mutating func consider(_ loss: Double, epoch: Int, model: () -> Model) {
        guard let rule else { return }
        if let best, loss >= best.loss - rule.minimumChange {
            waited += 1
            return
        }
        waited = 0
        best = (model(), epoch, loss)
    }

    /// The weights to go back to, if the rule wants that.
    var restored: (model: Model, epoch: Int)? {
        guard let rule, rule.restoresBestWeights, let best else { return nil }
        return (best.model, best.epoch)
    }
}
