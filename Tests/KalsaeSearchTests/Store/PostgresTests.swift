import Foundation
import KalsaeSearch
import KalsaeSupport
import KalsaeTesting
import Testing

@Suite(
    "Studies in PostgreSQL",
    .enabled(if: PostgresServer.isThere, "needs PostgreSQL's server and libpq"))
struct PostgresTests {
    @Test func itObeysTheRulesOfStores() throws {
        let server = try PostgresServer()
        let address = server.address
        checkStore { try PostgresStudies(address).storage(of: $0) }
    }

    @Test func aStudyIsTheSameAsInMemory() throws {
        let server = try PostgresServer()
        let studies = try PostgresStudies(server.address)
        let kept = try Study("s", in: studies, seed: 3)
        try kept.optimize(trials: 40, SearchFunction.training.evaluate)
        let memory = try Study("s", seed: 3)
        try memory.optimize(trials: 40, SearchFunction.training.evaluate)
        func facts(_ study: Study) throws -> [String] {
            try study.trials().map { "\($0.number) \($0.state) \($0.parameters) \($0.values)" }
        }
        #expect(try facts(kept) == facts(memory))
        try studies.setStudyConfiguration("s", to: ["data": "iris"])
        let other = try PostgresStudies(server.address)
        #expect(try other.studyNames() == ["s"])
        #expect(try other.studyConfiguration("s")["data"]?.string == "iris")
        let error = #expect(throws: KalsaeError.self) { try other.studyConfiguration("z") }
        #expect(error?.got == "\"z\"")
    }

    /// What ended is there when the server comes back, and the worker goes on by itself.
    @Test func aServerMayFallAndComeBack() throws {
        let server = try PostgresServer()
        let study = try Study(
            "s", in: PostgresStudies(server.address), sampler: RandomSampler(), seed: 3)
        for round in 0..<3 {
            try study.optimize(trials: 10 * (round + 1), SearchFunction.training.evaluate)
            server.kill()
            try server.start()
            #expect(try study.trials().count == 10 * (round + 1))
        }
        let seen = try Study("s", in: PostgresStudies(server.address)).trials()
        #expect(seen.count == 30)
        #expect(seen.allSatisfy { $0.state == .complete && $0.attempts == 1 })
    }

    /// As a server that falls loses the beginnings of its last moment.
    @Test func numbersGoOnBehindLostTrials() throws {
        let server = try PostgresServer()
        let studies = try PostgresStudies(server.address)
        let study = try Study("s", in: studies, sampler: RandomSampler(), seed: 3)
        try study.optimize(trials: 5, SearchFunction.training.evaluate)
        let lost = try (0..<2).map { _ in try study.ask() }
        try server.execute("DELETE FROM kalsae_trials WHERE number > 4")
        #expect(throws: KalsaeError.self) { try study.tell(lost[1], 1) }
        try study.optimize(trials: 10, SearchFunction.training.evaluate)
        let states = try Study("s", in: PostgresStudies(server.address)).trials().map(\.state)
        #expect(states.map { $0 == .failed } == (0..<10).map { $0 == 5 || $0 == 6 })
        #expect(try study.trials()[5].reason == "its beginning was lost with the server")
    }

    @Test func whatIsNoServerIsToldInALine() throws {
        let secret = "postgresql://me:secret@127.0.0.1:1/x?connect_timeout=2&password=secret"
        let error = #expect(throws: KalsaeError.self) { try PostgresStudies(secret) }
        #expect(error?.subject == "postgresql://me@127.0.0.1:1/x?connect_timeout=2&")
        #expect(error?.description.contains("secret") == false)
        #expect(error?.description.contains("\n") == false)
        #expect(throws: KalsaeError.self) { try PostgresStudies("mysql://x") }
    }
}
