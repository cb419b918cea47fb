import GRDB

/// The tables of a store, as the list of steps that lead to them; `Documentation/Runs.md` tells what
/// each column means.
package enum StoreSchema {
    /// What the file's header says of its format: "KLSR".
    static let applicationID = 0x4b4c_5352

    /// One step: the version that it leads to, and its statements.
    package struct Migration: Sendable {
        let version: Int
        let sql: String

        package init(version: Int, sql: String) { (self.version, self.sql) = (version, sql) }
    }

    package static let migrations = [
        Migration(version: 1, sql: first), Migration(version: 2, sql: studies),
        Migration(
            version: 3,
            sql: "ALTER TABLE studies ADD COLUMN configuration TEXT NOT NULL DEFAULT 'null'"),
        Migration(
            version: 4,
            sql: "ALTER TABLE artifacts ADD COLUMN fingerprint TEXT NOT NULL DEFAULT ''"),
    ]

    static let version = migrations.count

    /// Brings a file to the version of the last migration, each step whole or not at all.
    static func migrate(
        _ queue: DatabaseQueue, _ migrations: [Migration] = migrations
    ) throws {
        var migrator = DatabaseMigrator()
        for step in migrations {
            migrator.registerMigration("\(step.version)") { database in
                try database.execute(sql: step.sql)
                try database.execute(sql: "PRAGMA user_version = \(step.version)")
            }
        }
        try migrator.migrate(queue)
    }

    private static let first = """
        CREATE TABLE runs (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            key TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL UNIQUE,
            state TEXT NOT NULL,
            created INTEGER NOT NULL,
            started INTEGER,
            ended INTEGER,
            parent INTEGER REFERENCES runs (id) ON DELETE SET NULL,
            parent_step INTEGER,
            command TEXT NOT NULL,
            folder TEXT NOT NULL,
            host TEXT NOT NULL,
            boot TEXT NOT NULL,
            pid INTEGER NOT NULL,
            pid_started INTEGER NOT NULL,
            version TEXT NOT NULL,
            git_commit TEXT NOT NULL,
            seed INTEGER,
            data TEXT NOT NULL,
            configuration TEXT NOT NULL,
            model TEXT NOT NULL,
            note TEXT NOT NULL DEFAULT ''
        );
        CREATE INDEX runs_parent ON runs (parent);
        CREATE TABLE tags (
            run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
            tag TEXT NOT NULL,
            PRIMARY KEY (run, tag)
        ) WITHOUT ROWID;
        CREATE TABLE events (
            id INTEGER PRIMARY KEY,
            run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
            step INTEGER NOT NULL,
            time INTEGER NOT NULL,
            author TEXT NOT NULL,
            kind TEXT NOT NULL,
            data TEXT NOT NULL
        );
        CREATE INDEX events_run ON events (run);
        CREATE TABLE metrics (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
            name TEXT NOT NULL,
            count INTEGER NOT NULL DEFAULT 0,
            last_step INTEGER,
            last_epoch INTEGER,
            last_time INTEGER,
            last_value REAL,
            low_step INTEGER,
            low_value REAL,
            high_step INTEGER,
            high_value REAL,
            UNIQUE (run, name)
        );
        CREATE TABLE points (
            metric INTEGER NOT NULL,
            number INTEGER NOT NULL,
            step INTEGER NOT NULL,
            epoch INTEGER,
            time INTEGER NOT NULL,
            value REAL,
            PRIMARY KEY (metric, number)
        ) WITHOUT ROWID;
        CREATE TABLE blocks (
            metric INTEGER NOT NULL,
            level INTEGER NOT NULL,
            number INTEGER NOT NULL,
            min_step INTEGER NOT NULL,
            max_step INTEGER NOT NULL,
            ascending INTEGER NOT NULL,
            low_step INTEGER, low_epoch INTEGER, low_time INTEGER, low_value REAL,
            high_step INTEGER, high_epoch INTEGER, high_time INTEGER, high_value REAL,
            nan_step INTEGER, nan_epoch INTEGER, nan_time INTEGER,
            PRIMARY KEY (metric, level, number)
        ) WITHOUT ROWID;
        CREATE TABLE deleted_metrics (id INTEGER PRIMARY KEY);
        CREATE TABLE checkpoints (
            id INTEGER PRIMARY KEY,
            run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
            step INTEGER NOT NULL,
            epoch INTEGER NOT NULL,
            time INTEGER NOT NULL,
            path TEXT NOT NULL,
            metric REAL,
            kept INTEGER NOT NULL,
            best INTEGER NOT NULL,
            bytes INTEGER NOT NULL
        );
        CREATE INDEX checkpoints_run ON checkpoints (run, step);
        CREATE TABLE artifacts (
            id INTEGER PRIMARY KEY,
            run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
            name TEXT NOT NULL,
            kind TEXT NOT NULL,
            path TEXT NOT NULL,
            bytes INTEGER NOT NULL,
            time INTEGER NOT NULL
        );
        CREATE INDEX artifacts_run ON artifacts (run);
        CREATE TABLE commands (
            id INTEGER PRIMARY KEY,
            run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
            time INTEGER NOT NULL,
            author TEXT NOT NULL,
            verb TEXT NOT NULL,
            data TEXT NOT NULL,
            state TEXT NOT NULL,
            applied_step INTEGER,
            answer TEXT NOT NULL DEFAULT ''
        );
        CREATE INDEX commands_run ON commands (run);
        CREATE INDEX commands_pending ON commands (run) WHERE state = 'pending';
        """

    private static let studies = """
        CREATE TABLE studies (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL UNIQUE,
            created INTEGER NOT NULL,
            directions TEXT NOT NULL,
            space TEXT NOT NULL,
            space_version INTEGER NOT NULL,
            space_revision INTEGER NOT NULL,
            revision INTEGER NOT NULL,
            trials INTEGER NOT NULL
        );
        CREATE TABLE trials (
            study INTEGER NOT NULL REFERENCES studies (id) ON DELETE CASCADE,
            number INTEGER NOT NULL,
            revision INTEGER NOT NULL,
            state TEXT NOT NULL,
            parameters TEXT NOT NULL,
            objectives TEXT NOT NULL,
            reason TEXT NOT NULL,
            space_version INTEGER NOT NULL,
            started INTEGER NOT NULL,
            ended INTEGER NOT NULL,
            owner TEXT NOT NULL,
            leased_until INTEGER NOT NULL,
            attempts INTEGER NOT NULL,
            source TEXT NOT NULL,
            run INTEGER REFERENCES runs (id) ON DELETE SET NULL,
            reports INTEGER NOT NULL,
            PRIMARY KEY (study, number)
        ) WITHOUT ROWID;
        CREATE INDEX trials_run ON trials (run) WHERE run IS NOT NULL;
        CREATE TABLE reports (
            study INTEGER NOT NULL,
            trial INTEGER NOT NULL,
            number INTEGER NOT NULL,
            step INTEGER NOT NULL,
            value REAL,
            PRIMARY KEY (study, trial, number),
            FOREIGN KEY (study, trial) REFERENCES trials (study, number) ON DELETE CASCADE
        ) WITHOUT ROWID;
        """
}
