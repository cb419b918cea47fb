import Foundation
import KalsaeRuns
import KalsaeSearch
import KalsaeSupport
import KalsaeTesting
import Synchronization
import Testing

@Suite("checkStore")
struct CheckStoreTests {
    @Test func aFolderObeysTheRules() throws {
        let path = NSTemporaryDirectory() + "kalsae-search-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: path) }
        checkStore { try Store(folder: path).storage(of: $0) }
    }

    @Test func memoryObeysTheRules() {
        let memory = MemoryStudies()
        checkStore { memory.storage(of: $0.name) }
    }

    @Test(
        arguments: zip(
            FaultyStorage.Fault.allCases,
            [
                "opening", "numbers", "owners", "owners", "contents", "contents", "claims",
                "claims",
                "leases", "spaces", "crowd",
            ]))
    func faultsAreFound(_ fault: FaultyStorage.Fault, _ rule: String) {
        let memory = MemoryStudies()
        let shared = Mutex<[String: FaultyStorage]>([:])
        let found = storeMismatches { study in
            shared.withLock { shared in
                let storage =
                    shared[study.name] ?? FaultyStorage(memory.storage(of: study.name), fault)
                shared[study.name] = storage
                return storage
            }
        }
        #expect(found.contains { $0.hasPrefix("\(rule): ") }, "\(fault): \(found)")
    }
}
