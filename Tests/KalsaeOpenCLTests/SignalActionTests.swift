import Glibc
import KalsaeGPU
import Testing

@Suite(.serialized) struct SignalActionTests {
    private func action(_ number: Int32) -> Int {
        var action = sigaction()
        sigaction(number, nil, &action)
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
    }

    /// As a driver does that is opened.
    @Test func whatALibraryChangesIsPutBack() throws {
        let before = [SIGURG, SIGWINCH].map(action)
        let result = SignalActions.keeping { () -> Int in
            signal(SIGURG, SIG_IGN)
            signal(SIGWINCH) { _ in }
            return 7
        }
        #expect(result == 7)
        #expect([SIGURG, SIGWINCH].map(action) == before)
    }

    @Test func alsoBehindAnError() {
        struct Failure: Error {}
        let before = action(SIGURG)
        #expect(throws: Failure.self) {
            try SignalActions.keeping { () throws(Failure) in
                signal(SIGURG, SIG_IGN)
                throw Failure()
            }
        }
        #expect(action(SIGURG) == before)
    }

    /// A driver may live by the signals of faults.
    @Test func signalsOfFaultsAreLeftToIt() {
        let before = action(SIGTRAP)
        SignalActions.keeping { _ = signal(SIGTRAP, SIG_IGN) }
        #expect(action(SIGTRAP) == 1)
        signal(SIGTRAP, before == 1 ? SIG_IGN : SIG_DFL)
    }
}
