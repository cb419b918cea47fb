import Foundation
import KalsaeDistributed
import KalsaeSupport
import KalsaeTesting
import Testing

@Suite struct WatchdogTests {
    @Test func limitsAreTwoRisingNumbers() throws {
        #expect(try Watchdog("60,600").ending == 600)
        #expect(try Watchdog("0.5,0.5").telling == 0.5)
        #expect(try Watchdog("off").telling == .infinity)
        for text in ["", "5", "5,", "5,4", "0,4", "-1,4", "x,5", "1,2,3", "nan,nan", "5,nan"] {
            #expect(throws: KalsaeError.self, "\(text)") { try Watchdog(text) }
        }
    }

    /// Rank 1 never sends: rank 0 says so once, then its process ends.
    @Test func whoWaitsTooLongSaysSoAndEnds() async throws {
        let result = await #expect(
            processExitsWith: .exitCode(75), observing: [\.standardErrorContent]
        ) {
            let group = LocalGroup.members(2, hosts: ["a", "b"])[0]
            try EnvironmentFlag.with(.watchdog, "0.1,0.3") {
                try group.barrier(doing: "the sums of step 812")
            }
        }
        let errors = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        let lines = errors.split(separator: "\n").filter { $0.hasPrefix("kalsae:") }
        #expect(
            lines == [
                "kalsae: rank 0 (host a) has waited 0.1 s for rank 1 (host b) in the sums of step 812",
                "kalsae: rank 0 (host a) ends: it has waited 0.3 s for rank 1 (host b) in the sums of "
                    + "step 812",
            ])
    }

    @Test func patienceCountsWhatItWaits() {
        var patience = Patience()
        let start = Patience.now()
        while patience.seconds < 0.02 { patience.pause() }
        #expect((0.02..<5).contains(Patience.now() - start + 1e-6))
    }
}
