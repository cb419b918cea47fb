import KalsaeRuns
import KalsaeSupport

/// The files of `--log` and `--plot`.
extension Train {
    /// Throws where a log or the figure would go into a file of other origin, or one that the call
    /// needs for something else; the figure's file.
    ///
    /// - Parameters:
    ///   - read: the files that are read.
    ///   - model: where the model goes.
    func checkOutputs(_ read: ReadFiles, model: String) throws(KalsaeError) -> FigureFile? {
        var files = read
        files.add("the model", model)
        files.add("the configuration", Arguments.file)
        files.add("the network", network)
        for path in recording.log {
            try files.check(path, option: "--log")
            try MetricLog.check(path)
            files.add("the log", path)
        }
        guard let plot = recording.plot else { return nil }
        try files.check(plot, option: "--plot")
        return try recording.figure(overwrite: overwrite)
    }

    /// Opens them.
    func logs(_ record: Recording?) throws(KalsaeError) -> [MetricLog] {
        var logs: [MetricLog] = []
        for path in recording.log { logs.append(try MetricLog(path: path, run: record?.run.name)) }
        return logs
    }

    /// Tells of options that `--find-rate` has no use for.
    func tellUnused() {
        let unused = [
            ("--log", !recording.log.isEmpty), ("--log-gradients", recording.logGradients),
            ("--output", output != nil), ("--predictions", splitting.predictions != nil),
            ("--name", recording.name != nil),
            ("--tag", !recording.tag.isEmpty), ("--guard", recording.guard),
            ("--checkpoint-every", recording.checkpointEvery != nil),
            ("--keep-checkpoints", recording.keepCheckpoints != nil),
        ].filter(\.1).map(\.0)
        guard !unused.isEmpty else { return }
        Notice.say(
            "--find-rate trains nothing and writes nothing: \(unused.joined(separator: ", ")) is of "
                + "no use beside it")
    }
}
