import KalsaeDistributed
import KalsaeSearch
import KalsaeSupport

/// The same by ranks that mpirun or srun started: rank 0 has the study, all evaluate.
extension SearchWorkers {
    /// Throws for what ranks cannot do.
    func checkRanks(_ ranks: Ranks) throws(KalsaeError) {
        guard ranks.count > 1 else { return }
        let alone = [("--store", store != nil), ("--kill-every", killEvery > 0)]
        if let option = alone.first(where: \.1)?.0 {
            throw KalsaeError(
                option, expected: "one process that starts others", got: "\(ranks.count) ranks",
                advice: "start it without mpirun or srun")
        }
    }

    /// Rank 0: it answers the others beside its own trials.
    func serve(
        _ studies: any StudyCatalog, _ group: any ProcessGroup
    ) throws -> (killed: Int, errors: Int) {
        let server = MessageServer(studies, for: group)
        server.start()
        defer { server.close() }
        try evaluate(in: studies)
        try server.finish()
        return (0, 0)
    }

    /// A rank above 0.
    func follow(_ ranks: Ranks) throws {
        try ranks.agree("the study") {}
        guard let group = ranks.group else { return }
        let studies = MessageStudies(group)
        try evaluate(in: studies)
        try studies.leave()
    }

    private func evaluate(in studies: some StudyCatalog) throws {
        try BenchWorker(
            trials: trials, seconds: seconds, milliseconds: UInt32(milliseconds), lease: lease,
            sampler: sampler, values: values
        ).run(in: studies)
    }
}
