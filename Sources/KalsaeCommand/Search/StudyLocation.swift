import ArgumentParser
import KalsaeRuns
import KalsaeSearch
import KalsaeSupport

/// Where studies are: the folder of the runs, or a database that workers on several hosts share.
struct StudyLocation: ParsableArguments {
    @OptionGroup var runs: RunsOptions

    @Option(
        help: ArgumentHelp(
            """
            A PostgreSQL database with the studies, as postgresql://user@host/name, which workers on \
            several hosts share; without it $KALSAE_STORE, else the folder with the runs.
            """, valueName: "address"))
    var store: String?

    /// The address of the database; nil where studies are in the folder.
    var address: String? {
        let address = store ?? EnvironmentFlag.store.value
        return address.isEmpty ? nil : address
    }

    /// The same wherever the process goes.
    var absolute: StudyLocation {
        var location = self
        location.runs = runs.absolute
        return location
    }

    /// The studies; those of a folder must be there.
    func studies(for mode: Store.Mode) throws(KalsaeError) -> any StudyCatalog {
        if let address { return try PostgresStudies(address) }
        return try runs.store(for: mode)
    }

    /// The studies of the database, or else those of a store of runs.
    func studies(or store: Store) throws(KalsaeError) -> any StudyCatalog {
        if let address { return try PostgresStudies(address) }
        return store
    }

    /// The runs of this machine; nil where it has none, since the studies are in a database.
    func recorded(for mode: Store.Mode) throws(KalsaeError) -> Store? {
        if address != nil, !Store.exists(in: runs.folder) { return nil }
        return try runs.store(for: mode)
    }
}
