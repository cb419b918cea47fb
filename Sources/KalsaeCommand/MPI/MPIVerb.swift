import ArgumentParser
import KalsaeDistributed

struct MPIVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mpi", abstract: "Build the way to this machine's MPI, and try it.",
        discussion: """
            Kalsae needs no MPI to be built and runs with any: a small C file is compiled here, by the \
            mpicc of the MPI whose mpirun, mpiexec or srun is to launch it.

            Examples:
              kalsae mpi build
              mpirun -n 4 kalsae mpi test
            """,
        subcommands: [MPIBuild.self, MPITest.self, MPIPrint.self])
}

struct MPIPrint: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "source", abstract: "Print the C file that is compiled against MPI.",
        discussion: """
            Example:
              kalsae mpi source > kalsae_mpi.c
              mpicc -O2 -shared -fPIC -o libkalsae-mpi.so kalsae_mpi.c
            """)

    func run() throws { try Console.write(MPISource.text) }
}
