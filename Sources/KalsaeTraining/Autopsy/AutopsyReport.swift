import KalsaeTensor

/// Where the numbers of a training stopped being finite: the first operation that gave NaN or infinity
/// from finite operands.
public struct AutopsyReport: Codable, Equatable, Sendable {
    /// The numbers of a tensor in short.
    public struct Range: Codable, Equatable, Sendable {
        /// A tensor of the model or optimizer, an input of the step, or the operation that made it.
        public var name: String
        /// Its type, as in `float32[16, 3]`.
        public var type: String
        /// The least and the greatest finite number; nil where there is none.
        public var least: Double?, greatest: Double?
        /// How many are NaN, and how many infinite.
        public var nan: Int, infinite: Int
        /// Its number at the first bad index, as text, where its shape is that of the result.
        public var atIndex: String?
    }

    /// The step of the call, from 1, the pass over the data, and the learning rate.
    public var step: Int, epoch: Int, rate: Double
    /// The operation, as `log`; `input` where the batch or the state was not finite before.
    public var operation: String
    /// The layer, `loss` or `optimizer`; empty where it is not known.
    public var layer: String
    /// Whether it belongs to the backward pass.
    public var isGradient: Bool
    /// The function that called it, outside of Kalsae; nil where there is none.
    public var site: String?
    /// What it was given.
    public var operands: [Range]
    /// What it gave.
    public var result: Range
    /// The first index that is not finite, and what is there: `nan`, `inf` or `-inf`.
    public var index: [Int], value: String
    /// The results of the step that are not finite: `loss`, and tensors of model and optimizer.
    public var results: [String]
    /// The row of the training data, from 0, where the batch itself has the number.
    public var row: Int?

    init(_ finding: Examination.Finding, step: Int, epoch: Int, rate: Double, rows: [Int]) {
        (self.step, self.epoch, self.rate) = (step, epoch, rate)
        let origin = finding.origin
        (operation, isGradient) = (finding.operation, origin.isGradient)
        layer = String(origin.layer.trimmingPrefix("first."))
        // The command's own functions tell nobody anything.
        site = origin.site.flatMap { $0.hasPrefix("Kalsae") || $0 == "main" ? nil : $0 }
        operands = finding.operands.map { Range($0) }
        result = Range(finding.result)
        (index, value) = (finding.index, finding.value)
        results = finding.outputs
        if operation == "input", result.name == StepNames.features, let first = index.first,
            rows.indices.contains(first)
        {
            row = rows[first]
        }
    }
}

extension AutopsyReport.Range {
    fileprivate init(_ range: Examination.Range) {
        self.init(
            name: range.name, type: range.type, least: range.least, greatest: range.greatest,
            nan: range.nan, infinite: range.infinite, atIndex: range.atIndex)
    }
}
