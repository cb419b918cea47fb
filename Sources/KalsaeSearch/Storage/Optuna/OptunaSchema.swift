import GRDB
import KalsaeSupport

/// The tables of a study file of Optuna, schema 12 (Optuna 3.2 to 5.0).
enum OptunaSchema {
    static let version = 12

    /// Makes the tables of an empty file; a file of another schema is refused.
    static func prepare(_ database: Database, _ path: String) throws {
        if try !database.tableExists("version_info") {
            guard try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_master") == 0 else {
                throw KalsaeError(
                    path, expected: "a study file of Optuna", got: "another SQLite file")
            }
            try database.execute(sql: tables)
            return
        }
        let found = try Int.fetchOne(database, sql: "SELECT schema_version FROM version_info")
        guard found == version else {
            throw KalsaeError(
                path, expected: "schema \(version) of Optuna",
                got: found.map { "schema \($0)" } ?? "no version",
                advice: "run `optuna storage upgrade`")
        }
    }

    private static let tables = """
        CREATE TABLE studies (study_id INTEGER NOT NULL PRIMARY KEY,
            study_name VARCHAR(512) NOT NULL);
        CREATE UNIQUE INDEX ix_studies_study_name ON studies (study_name);
        CREATE TABLE version_info (version_info_id INTEGER NOT NULL PRIMARY KEY,
            schema_version INTEGER, library_version VARCHAR(256), CHECK (version_info_id = 1));
        CREATE TABLE study_directions (study_direction_id INTEGER NOT NULL PRIMARY KEY,
            direction VARCHAR(8) NOT NULL, study_id INTEGER NOT NULL, objective INTEGER NOT NULL,
            UNIQUE (study_id, objective), FOREIGN KEY (study_id) REFERENCES studies (study_id));
        CREATE TABLE study_user_attributes (study_user_attribute_id INTEGER NOT NULL PRIMARY KEY,
            study_id INTEGER, "key" VARCHAR(512), value_json TEXT, UNIQUE (study_id, "key"),
            FOREIGN KEY (study_id) REFERENCES studies (study_id));
        CREATE TABLE study_system_attributes (
            study_system_attribute_id INTEGER NOT NULL PRIMARY KEY,
            study_id INTEGER, "key" VARCHAR(512), value_json TEXT, UNIQUE (study_id, "key"),
            FOREIGN KEY (study_id) REFERENCES studies (study_id));
        CREATE TABLE trials (trial_id INTEGER NOT NULL PRIMARY KEY, number INTEGER,
            study_id INTEGER, state VARCHAR(8) NOT NULL, datetime_start DATETIME,
            datetime_complete DATETIME, FOREIGN KEY (study_id) REFERENCES studies (study_id));
        CREATE INDEX ix_trials_study_id ON trials (study_id);
        CREATE TABLE trial_user_attributes (trial_user_attribute_id INTEGER NOT NULL PRIMARY KEY,
            trial_id INTEGER, "key" VARCHAR(512), value_json TEXT, UNIQUE (trial_id, "key"),
            FOREIGN KEY (trial_id) REFERENCES trials (trial_id));
        CREATE TABLE trial_system_attributes (
            trial_system_attribute_id INTEGER NOT NULL PRIMARY KEY,
            trial_id INTEGER, "key" VARCHAR(512), value_json TEXT, UNIQUE (trial_id, "key"),
            FOREIGN KEY (trial_id) REFERENCES trials (trial_id));
        CREATE TABLE trial_params (param_id INTEGER NOT NULL PRIMARY KEY, trial_id INTEGER,
            param_name VARCHAR(512), param_value FLOAT, distribution_json TEXT,
            UNIQUE (trial_id, param_name), FOREIGN KEY (trial_id) REFERENCES trials (trial_id));
        CREATE TABLE trial_values (trial_value_id INTEGER NOT NULL PRIMARY KEY,
            trial_id INTEGER NOT NULL, objective INTEGER NOT NULL, value FLOAT,
            value_type VARCHAR(7) NOT NULL, UNIQUE (trial_id, objective),
            FOREIGN KEY (trial_id) REFERENCES trials (trial_id));
        CREATE TABLE trial_intermediate_values (
            trial_intermediate_value_id INTEGER NOT NULL PRIMARY KEY,
            trial_id INTEGER NOT NULL, step INTEGER NOT NULL, intermediate_value FLOAT,
            intermediate_value_type VARCHAR(7) NOT NULL, UNIQUE (trial_id, step),
            FOREIGN KEY (trial_id) REFERENCES trials (trial_id));
        CREATE TABLE trial_heartbeats (trial_heartbeat_id INTEGER NOT NULL PRIMARY KEY,
            trial_id INTEGER NOT NULL, heartbeat DATETIME NOT NULL, UNIQUE (trial_id),
            FOREIGN KEY (trial_id) REFERENCES trials (trial_id));
        CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL,
            CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num));
        INSERT INTO version_info VALUES (1, 12, '5.0.0');
        INSERT INTO alembic_version VALUES ('v3.2.0.a');
        """
}
