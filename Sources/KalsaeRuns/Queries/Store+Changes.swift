import GRDB
import Glibc
import KalsaeFiles
import KalsaeSupport

extension Store {
    /// Gives a run another name, which no other run has.
    public func rename(_ run: Run, to name: String) throws(KalsaeError) {
        try Self.checkName(name, of: "run")
        try write { database in
            guard try name == run.name || !Store.isTaken(database, name) else {
                throw KalsaeError(
                    "run", expected: "a name that no run has", got: "\"\(name)\"",
                    advice: "see `kalsae runs list`")
            }
            try Store.update(database, run, "name", name)
        }
    }

    /// Sets what is noted about a run.
    public func setNote(_ text: String, of run: Run) throws(KalsaeError) {
        try write { try Store.update($0, run, "note", text.withoutNUL) }
    }

    /// Sets the path of a run's model.
    public func setModelPath(_ path: String, of run: Run) throws(KalsaeError) {
        try write { try Store.update($0, run, "model", path.withoutNUL) }
    }

    /// Adds words to find a run by, and takes others away.
    public func tag(
        _ run: Run, adding: [String], removing: [String] = []
    ) throws(KalsaeError) {
        for tag in adding { try Self.checkName(tag, of: "tag") }
        try write { database in
            for tag in adding { try Store.addTag(database, run.row, tag) }
            for tag in removing {
                try database.execute(
                    sql: "DELETE FROM tags WHERE run = ? AND tag = ?", arguments: [run.row, tag])
            }
        }
    }

    static func addTag(_ database: Database, _ row: Int64, _ tag: String) throws {
        try database.execute(
            sql: "INSERT OR IGNORE INTO tags (run, tag) VALUES (?, ?)", arguments: [row, tag])
    }

    private static func update(
        _ database: Database, _ run: Run, _ column: String, _ value: String
    ) throws {
        try database.execute(
            sql: "UPDATE runs SET \(column) = ? WHERE id = ?", arguments: [value, run.row])
        guard database.changesCount == 1 else {
            throw KalsaeError(run.name, expected: "a run of the store", got: "one that was deleted")
        }
    }

    /// Deletes the record of a run that does not run; its branches stay.
    ///
    /// The run is gone at once; its points go in small portions, so that no other writer waits long.
    /// What a killed process left of them goes with the next deletion.
    ///
    /// - Parameters:
    ///   - files: whether the folder of the run, with its checkpoints, and its `ownModel` go too.
    ///   - evenRunning: whether a run goes that seems to run, as one of another machine.
    public func delete(
        _ run: Run, files: Bool, evenRunning: Bool = false
    ) throws(KalsaeError) {
        let model = files ? try ownModel(of: run) : nil
        try write { database in
            let state = try Store.fetchRun(database, row: run.row).state
            guard state != .running || evenRunning else {
                throw KalsaeError(
                    run.name, expected: "a run that has ended", got: "one that runs",
                    advice: "stop it first, or --force")
            }
            try database.execute(
                sql: "INSERT INTO deleted_metrics SELECT id FROM metrics WHERE run = ?",
                arguments: [run.row])
            try database.execute(sql: "DELETE FROM runs WHERE id = ?", arguments: [run.row])
        }
        while try deletePoints() {}
        if files { try FolderRemoval.remove(folder(of: run)) }
        if let model { unlink(model) }
    }

    /// Deletes some points of deleted metrics; false when there are none left.
    private func deletePoints() throws(KalsaeError) -> Bool {
        let portion = 50_000
        return try write { database in
            let metric = try Int64.fetchOne(
                database, sql: "SELECT id FROM deleted_metrics LIMIT 1")
            guard let metric else { return false }
            let lowest = try Int.fetchOne(
                database, sql: "SELECT min(number) FROM points WHERE metric = ?",
                arguments: [metric])
            if let lowest {
                try database.execute(
                    sql: "DELETE FROM points WHERE metric = ? AND number < ?",
                    arguments: [metric, lowest + portion])
            } else {
                try database.execute(
                    sql: "DELETE FROM blocks WHERE metric = ?", arguments: [metric])
                try database.execute(
                    sql: "DELETE FROM deleted_metrics WHERE id = ?", arguments: [metric])
            }
            return true
        }
    }
}
