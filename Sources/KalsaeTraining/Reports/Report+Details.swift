import KalsaeData
import KalsaeLayers

extension Report {
    /// What was measured of classes.
    init(_ classes: ClassReport) {
        self.init(
            loss: classes.logLoss,
            metrics: [
                .accuracy: classes.accuracy, .balancedAccuracy: classes.balancedAccuracy,
                .f1: classes.f1, .rocAUC: classes.areaUnderCurve ?? .nan,
                .logLoss: classes.logLoss, .calibrationError: classes.calibrationError,
            ])
        self.classes = classes
        confusion = classes.confusion
    }

    /// What was measured of numbers; the loss is the mean of that of the targets, in their units.
    init(_ values: ValueReport) {
        self.init(
            loss: values.targetLoss?.loss ?? values.rmse * values.rmse,
            metrics: [
                .r2: values.r2 ?? .nan, .mae: values.mae, .rmse: values.rmse,
                .medianError: values.medianError,
            ])
        self.values = values
        targetLoss = values.targetLoss?.by ?? .meanSquaredError
    }

    /// What ought to be said beside the numbers.
    public var notices: [String] { (classes?.notices ?? []) + (values?.notices ?? []) }

    /// The report of a network's data with numbers in the table's own units; squares in their square.
    func inUnits(_ targets: LabeledData.Targets) -> Report {
        guard case .values(_, let scale) = targets else { return self }
        var report = self
        report.loss *= scale.lossUnit
        report.targetLoss = scale.loss
        for metric in [Metric.mae, .rmse, .medianError] {
            if let value = metrics[metric] { report.metrics[metric] = value * scale.deviation }
        }
        return report
    }
}

extension EpochRecord {
    /// The record with numbers in the table's own units.
    func inUnits(_ targets: LabeledData.Targets) -> EpochRecord {
        guard case .values(_, let scale) = targets else { return self }
        var record = self
        record.loss *= scale.lossUnit
        record.validation = validation?.inUnits(targets)
        return record
    }
}

extension EpochRecord {
    /// The record of numbers with the root of its loss, where no metric was measured.
    func withRMSE(_ targets: LabeledData.Targets) -> EpochRecord {
        guard case .values(_, let scale) = targets, scale.loss == .meanSquaredError,
            let own = validation, own.metrics.isEmpty
        else { return self }
        var record = self
        record.validation?.metrics = [.rmse: own.loss.squareRoot()]
        return record
    }
}

extension StepRecord {
    /// The record with losses in the table's own units, squares in their square.
    func inUnits(_ targets: LabeledData.Targets) -> StepRecord {
        guard case .values(_, let scale) = targets else { return self }
        var record = self
        record.loss *= scale.lossUnit
        record.meanLoss *= scale.lossUnit
        return record
    }
}
