import CKalsaeMPI

/// The C file that is compiled against the user's MPI.
public enum MPISource {
    /// Its usual name.
    public static let fileName = "kalsae_mpi.c"

    /// Its text, which includes nothing of Kalsae.
    public static var text: String {
        String(cString: kalsae_mpi_source()).replacing(
            "#include \"kalsae_mpi.h\"\n", with: String(cString: kalsae_mpi_header()))
    }
}
