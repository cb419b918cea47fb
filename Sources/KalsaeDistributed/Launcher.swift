import Foundation
import KalsaeSupport

/// What the launcher of processes (mpirun, mpiexec, srun) told this one by its environment.
public struct Launcher: Equatable, Sendable {
    /// Its name, as errors have it.
    public let name: String
    /// The number of this process, from 0, and how many there are.
    public let (rank, size): (Int, Int)
    /// The number of this process among those of its host; nil where the launcher does not tell it.
    public let localRank: Int?

    /// Whether it is the one of Open MPI.
    var isOpenMPI: Bool { name == Self.known[0].name }

    /// The variables of a launcher.
    private struct Names {
        let name: String
        let (ranks, sizes, localRanks): ([String], [String], [String])
    }

    /// The more telling ones first. Each job of Slurm has a number of tasks, but a rank by PMI has
    /// only what srun started.
    private static let known = [
        Names(
            name: "mpirun of Open MPI", ranks: ["OMPI_COMM_WORLD_RANK"],
            sizes: ["OMPI_COMM_WORLD_SIZE"], localRanks: ["OMPI_COMM_WORLD_LOCAL_RANK"]),
        Names(
            name: "mpiexec of MPICH", ranks: ["PMI_RANK"], sizes: ["PMI_SIZE"],
            localRanks: ["MPI_LOCALRANKID", "MV2_COMM_WORLD_LOCAL_RANK", "SLURM_LOCALID"]),
        Names(
            name: "srun", ranks: ["PMIX_RANK", "PMI_RANK"],
            sizes: ["SLURM_STEP_NUM_TASKS", "SLURM_NTASKS"], localRanks: ["SLURM_LOCALID"]),
    ]

    /// The launcher of an environment; nil where there was none.
    ///
    /// Throws where a variable is no number, or the rank none of the size.
    public init?(_ environment: [String: String]) throws(KalsaeError) {
        for names in Self.known {
            guard let rankName = names.ranks.first(where: { environment[$0] != nil }),
                let sizeName = names.sizes.first(where: { environment[$0] != nil })
            else { continue }
            name = names.name
            size = try Self.number(sizeName, environment, in: 1...(1 << 30))
            rank = try Self.number(rankName, environment, in: 0...(size - 1))
            let local = names.localRanks.first { environment[$0] != nil }
                .flatMap { environment[$0] }.flatMap { Int($0) }
            let count = size
            localRank = local.flatMap { (0..<count).contains($0) ? $0 : nil }
            return
        }
        return nil
    }

    /// The launcher of this process; nil where it was started alone, or where `KALSAE_MPI` is `off`.
    ///
    /// - Throws: as ``init(_:)``.
    public static func ofProcess() throws(KalsaeError) -> Launcher? {
        guard EnvironmentFlag.mpi.value != "off" else { return nil }
        return try Launcher(ProcessInfo.processInfo.environment)
    }

    private static func number(
        _ name: String, _ environment: [String: String], in range: ClosedRange<Int>
    ) throws(KalsaeError) -> Int {
        let text = environment[name] ?? ""
        guard let number = Int(text), range.contains(number) else {
            throw KalsaeError(
                name, expected: "a number from \(range.lowerBound) to \(range.upperBound)",
                got: "\"\(text)\"", advice: "without MPI: KALSAE_MPI=off")
        }
        return number
    }
}
