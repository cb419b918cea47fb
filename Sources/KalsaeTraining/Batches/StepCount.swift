/// How many steps a training takes, without overflow.
enum StepCount {
    static func perEpoch(rows: Int, batch: Int) -> Int { rows > 0 ? (rows - 1) / batch + 1 : 0 }

    static func total(epochs: Int, perEpoch: Int) -> Int {
        let (count, overflows) = epochs.multipliedReportingOverflow(by: perEpoch)
        return overflows ? .max : count
    }
}
