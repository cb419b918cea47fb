import GRDB
import Glibc
import KalsaeSupport

/// Models that belong to the store, since nobody gave them a place.
extension Store {
    /// The folder for models that somebody trains without a place for them.
    public static func modelFolder(of folder: String) -> String { "\(folder)/models" }

    /// The model of a run that goes with its files: one in the store's folder for
    /// models that no other run names.
    public func ownModel(of run: Run) throws(KalsaeError) -> String? {
        guard let model = file(run.modelPath, run.workingFolder) else { return nil }
        let others = try read { database in
            try GRDB.Row.fetchAll(
                database, sql: "SELECT model, folder FROM runs WHERE model != '' AND id != ?",
                arguments: [run.row])
        }
        return others.contains { file($0["model"], $0["folder"]) == model } ? nil : model
    }

    /// The true path of a file of the folder for models; nil for files elsewhere.
    private func file(_ path: String, _ working: String) -> String? {
        let name = path.split(separator: "/").last.map(String.init) ?? ""
        guard path.hasSuffix("/\(name)"), !["", ".", ".."].contains(name) else { return nil }
        let given = path.dropLast(name.utf8.count + 1)
        guard let home = realpath(Self.modelFolder(of: folder), nil) else { return nil }
        defer { free(home) }
        guard let parent = realpath(given.hasPrefix("/") ? "\(given)" : "\(working)/\(given)", nil)
        else { return nil }
        defer { free(parent) }
        guard strcmp(home, parent) == 0 else { return nil }
        var status = stat()
        let whole = "\(String(cString: home))/\(name)"
        return lstat(whole, &status) == 0 && status.st_mode & S_IFMT == S_IFREG ? whole : nil
    }
}
