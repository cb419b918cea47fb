import Dispatch
import Glibc

/// A process that is to end with the one that began it: its standard input is a pipe that nobody writes
/// to, and that the system closes when the other one is gone, however that comes.
package enum ParentProcess {
    /// The variable of the environment that asks for it.
    package static let key = "KALSAE_ENDS_WITH_PARENT"

    /// Where the variable is set, ends this process as by SIGTERM once the one that began it is gone.
    package static func watch() {
        guard getenv(key) != nil else { return }
        // What this process begins has another parent.
        unsetenv(key)
        DispatchQueue(label: "kalsae.parent").async {
            var byte: UInt8 = 0
            while true {
                let count = read(0, &byte, 1)
                guard count > 0 || count < 0 && errno == EINTR else { break }
            }
            kill(getpid(), SIGTERM)
        }
    }
}
