import Foundation
import KalsaeRuns

/// A folder for the stores of one test, removed with `remove()`.
struct StoreFolder {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "kalsae-runs-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    var store: String { path + "/runs" }
    var file: String { store + "/" + Store.fileName }

    func open(_ mode: Store.Mode = .writing) throws -> Store {
        try Store(folder: store, for: mode)
    }

    func remove() { try? FileManager.default.removeItem(atPath: path) }
}
