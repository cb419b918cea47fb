import KalsaeDistributed
import KalsaeSupport
import Testing

@Suite struct LauncherTests {
    private func launcher(_ environment: [String: String]) throws -> String? {
        try Launcher(environment).map { "\($0.name) \($0.rank) \($0.size)" }
    }

    @Test func eachLauncherIsKnownByItsVariables() throws {
        let openMPI = ["OMPI_COMM_WORLD_RANK": "1", "OMPI_COMM_WORLD_SIZE": "4", "PMIX_RANK": "1"]
        let mpich = ["PMI_RANK": "2", "PMI_SIZE": "3"]
        // As each job of Slurm has, that of a batch script too.
        let job = ["SLURM_PROCID": "0", "SLURM_NTASKS": "8", "SLURM_JOB_ID": "7"]
        let step = ["PMIX_RANK": "5", "SLURM_STEP_NUM_TASKS": "6"]
        #expect(try launcher(openMPI) == "mpirun of Open MPI 1 4")
        #expect(try launcher(mpich) == "mpiexec of MPICH 2 3")
        #expect(try launcher(job) == nil)
        #expect(try launcher(job.merging(step) { $1 }) == "srun 5 6")
        #expect(try launcher(job.merging(["PMI_RANK": "5"]) { $1 }) == "srun 5 8")
        #expect(try launcher(job.merging(openMPI) { $1 }) == "mpirun of Open MPI 1 4")
        #expect(try launcher(job.merging(mpich) { $1 }) == "mpiexec of MPICH 2 3")
        for alone in [[:], ["PMI_RANK": "0"], ["OMPI_COMM_WORLD_SIZE": "2"]] as [[String: String]] {
            #expect(try launcher(alone) == nil)
        }
    }

    @Test func theNumberOnTheHostIsKnownToo() throws {
        func local(_ environment: [String: String]) throws -> Int? {
            try Launcher(environment)?.localRank
        }
        let openMPI = ["OMPI_COMM_WORLD_RANK": "3", "OMPI_COMM_WORLD_SIZE": "4"]
        let mpich = ["PMI_RANK": "2", "PMI_SIZE": "3"]
        let step = ["PMIX_RANK": "5", "SLURM_STEP_NUM_TASKS": "6"]
        // As in a batch script, whose own number all that it launches inherit.
        let job = ["SLURM_LOCALID": "0"]
        #expect(
            try local(
                openMPI.merging(["OMPI_COMM_WORLD_LOCAL_RANK": "1"].merging(job) { $1 }) { $1 })
                == 1)
        #expect(try local(mpich.merging(["MPI_LOCALRANKID": "2"].merging(job) { $1 }) { $1 }) == 2)
        #expect(try local(step.merging(["SLURM_LOCALID": "1"]) { $1 }) == 1)
        for silent in [openMPI, mpich, step] { #expect(try local(silent) == nil) }
        #expect(try local(mpich.merging(["MPI_LOCALRANKID": "x"]) { $1 }) == nil)
    }

    @Test(arguments: ["", "x", "-1", "4", "99999999999999999999"])
    func aRankOutsideOfTheSizeIsAnError(_ rank: String) {
        let variables = ["OMPI_COMM_WORLD_RANK": rank, "OMPI_COMM_WORLD_SIZE": "4"]
        let error = #expect(throws: KalsaeError.self) { try Launcher(variables) }
        #expect(error?.subject == "OMPI_COMM_WORLD_RANK" && error?.got == "\"\(rank)\"")
    }

    @Test func aSizeWithoutProcessesIsAnError() {
        #expect(throws: KalsaeError.self) { try Launcher(["PMI_RANK": "0", "PMI_SIZE": "0"]) }
    }
}
