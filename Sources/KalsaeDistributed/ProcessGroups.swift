import Foundation
import KalsaeSupport

/// The group that this process was launched in.
public enum ProcessGroups {
    /// The processes that mpirun, mpiexec or srun started together with this one, opened at the
    /// first call and the same at each later one; nil where it was launched alone, or where
    /// `KALSAE_MPI` is `off`.
    ///
    /// From then on `Cores.available` is this process's share of its host's cores. Throws where the
    /// library for MPI is missing or is one of another MPI than the launcher's, which would begin as
    /// many groups of one process.
    public static func launched() throws(KalsaeError) -> (any ProcessGroup)? {
        try opened.get()
    }

    private static let opened = Result { () throws(KalsaeError) -> (any ProcessGroup)? in
        try open()
    }

    private static func open() throws(KalsaeError) -> (any ProcessGroup)? {
        guard let launcher = try Launcher.ofProcess() else { return nil }
        _ = try Watchdog()
        guard let path = try path(for: launcher) else { return nil }
        let library = try MPILibrary(path)
        func mismatch(_ got: String) -> KalsaeError {
            KalsaeError(
                path,
                expected: "\(launcher.size.counting("process", "processes")), as "
                    + "\(launcher.name) launched",
                got: got,
                advice: "build it with the mpicc of the MPI that launches: "
                    + "kalsae mpi build --mpicc PATH")
        }
        // These end the process where they do not know the launcher.
        let ending = ["MPICH", "MVAPICH", "Intel"]
        if launcher.isOpenMPI, ending.contains(where: { library.version.hasPrefix($0) }) {
            throw mismatch("a library for \(library.version)")
        }
        let group = try MPIGroup(library)
        guard (group.size, group.rank) == (launcher.size, launcher.rank) else {
            try? group.finish()
            throw mismatch("\(group.size) by \(library.version)")
        }
        Cores.share(group.share)
        return group
    }

    /// The library to open; nil where one process needs none.
    private static func path(for launcher: Launcher) throws(KalsaeError) -> String? {
        let path = MPILibrary.wantedPath
        if let path, FileManager.default.fileExists(atPath: path) { return path }
        if launcher.size == 1 { return nil }
        throw KalsaeError(
            path ?? EnvironmentFlag.mpi.rawValue,
            expected: "a library for MPI, as \(launcher.name) launched \(launcher.size) processes",
            got: "no such file",
            advice: "\(MPILibrary.advice); without MPI: KALSAE_MPI=off")
    }
}
