import Glibc
import KalsaeGPU
import KalsaeSupport
import Testing

/// A line about what takes long, said while it goes on.
@Suite struct WaitingNoticeTests {
    private func lines(milliseconds: UInt32, times: Int = 1) -> [String] {
        Notice.collect {
            for _ in 0..<times {
                WaitingNotice.saying("waiting", "it takes a while", after: 0.05) {
                    _ = usleep(1000 * milliseconds)
                }
            }
        }.lines
    }

    @Test func whatIsLongIsSaidOnce() {
        #expect(lines(milliseconds: 3000, times: 2) == ["it takes a while"])
    }

    /// Threads of tasks may all be busy.
    @Test func noThreadOfATaskIsNeeded() async {
        await withTaskGroup { group in
            for _ in 0..<2 * Cores.available {
                group.addTask { #expect(lines(milliseconds: 2000) == ["it takes a while"]) }
            }
        }
    }

    @Test func whatIsShortIsNot() {
        #expect(lines(milliseconds: 0).isEmpty)
    }

    @Test func theResultAndErrorsComeThrough() throws {
        #expect(WaitingNotice.saying("other", "", after: 10) { 5 } == 5)
        #expect(throws: KalsaeError.self) {
            try WaitingNotice.saying("other", "", after: 10) { () throws(KalsaeError) in
                throw KalsaeError("a", expected: "b", got: "c")
            }
        }
    }
}
