import KalsaeSupport

/// The tables of studies in a PostgreSQL database, in the first schema of the connection's search path.
///
/// An event is one transaction, and writes its transaction's number (`xid8`) beside what it changed.
/// Numbers are given at the beginning and transactions end in any order, so that the revision of a
/// reader is the number below which all have ended: what has a number from there on may be new.
enum PostgresSchema {
    static let version = 1

    private static let find = PostgresConnection.Statement(
        name: "kalsae_find", sql: "SELECT to_regclass('kalsae_schema') IS NOT NULL")

    private static let read = PostgresConnection.Statement(
        name: "kalsae_version", sql: "SELECT max(version)::text FROM kalsae_schema")

    /// Makes the tables where they are missing; those of a newer version are refused.
    static func open(_ connection: PostgresConnection) throws(KalsaeError) {
        let isThere = try connection.run(find, []).rows.first?.first == "t"
        if !isThere { try connection.run(tables) }
        let found = try connection.run(read, []).rows.first?.first.flatMap { $0 } ?? ""
        guard let number = Int(found), number <= version else {
            throw KalsaeError(
                connection.name, expected: "studies of version \(version) or older",
                got: found.isEmpty ? "tables without a version" : "version \(found)",
                advice: found.isEmpty ? "drop the tables kalsae_*" : "update Kalsae")
        }
    }

    // The lock lets one of many workers make the tables; the others find them.
    private static let tables = """
        BEGIN;
        SELECT pg_advisory_xact_lock(7021774650);
        CREATE TABLE IF NOT EXISTS kalsae_schema (version integer PRIMARY KEY);
        INSERT INTO kalsae_schema VALUES (\(version)) ON CONFLICT DO NOTHING;
        CREATE TABLE IF NOT EXISTS kalsae_studies (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            name text NOT NULL UNIQUE,
            created timestamptz NOT NULL DEFAULT now(),
            directions json NOT NULL,
            space json NOT NULL,
            space_version integer NOT NULL DEFAULT 1,
            changed xid8 NOT NULL,
            configuration json NOT NULL DEFAULT 'null'
        );
        CREATE TABLE IF NOT EXISTS kalsae_trials (
            study bigint NOT NULL REFERENCES kalsae_studies ON DELETE CASCADE,
            number bigint NOT NULL,
            changed xid8 NOT NULL,
            state text NOT NULL,
            parameters json NOT NULL,
            objectives json NOT NULL,
            reason text NOT NULL,
            space_version integer NOT NULL,
            started bigint NOT NULL,
            ended bigint NOT NULL,
            owner text NOT NULL,
            leased_until bigint NOT NULL,
            attempts integer NOT NULL,
            source text NOT NULL,
            run text NOT NULL,
            PRIMARY KEY (study, number)
        );
        CREATE INDEX IF NOT EXISTS kalsae_trials_changed ON kalsae_trials (study, changed);
        CREATE TABLE IF NOT EXISTS kalsae_reports (
            study bigint NOT NULL,
            trial bigint NOT NULL,
            position integer NOT NULL,
            step bigint NOT NULL,
            value double precision NOT NULL,
            PRIMARY KEY (study, trial, position),
            FOREIGN KEY (study, trial) REFERENCES kalsae_trials ON DELETE CASCADE
        );
        COMMIT
        """
}
