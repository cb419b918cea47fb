import KalsaeLowering

/// The text of a kernel, of which the head is still open: it takes one task's arguments, or those of
/// several tasks.
struct KernelText: Hashable, Sendable {
    /// Memory that the work items of a group share.
    struct SharedArray: Hashable, Sendable {
        var type: String
        var name: String
        var count: Int

        init(_ type: String, _ name: String, _ count: Int) {
            (self.type, self.name, self.count) = (type, name, count)
        }

        /// How many bytes it takes.
        var byteCount: Int { count * (type == "double" || type.hasSuffix("64") ? 8 : 4) }
    }

    /// A parameter as C text.
    struct Parameter: Hashable, Sendable {
        var type: String
        var name: String
    }

    var parameters: [Parameter] = []
    /// Whether indices have 64 bits.
    var isWide: Bool
    var groupSize: Int
    /// Whether two groups at least shall share a unit of the device, each with half of its registers.
    var isPaired = false
    var shared: [SharedArray] = []
    /// Lines in front of the body that define its pointers.
    var pointers = ""
    /// Whether it does nothing once an error was noted.
    var isGuarded = false
    var body = ""

    /// Bytes of shared memory.
    var sharedBytes: Int { shared.reduce(0) { $0 + ($1.byteCount + 127) & ~127 } }

    /// The C type of indices.
    var indexType: String { isWide ? "i64" : "int" }

    /// Its function for one task.
    var source: KernelSource {
        source(parameters, "const u32 GID = GROUP_INDEX, GROUPS = GROUP_COUNT;")
    }

    /// Its function with other parameters.
    ///
    /// - Parameter head: lines that define what the body reads: the parameters, `GID` and `GROUPS`.
    func source(_ parameters: [Parameter], _ head: String) -> KernelSource {
        let list = parameters.map { "\($0.type) \($0.name)" }.joined(separator: ", ")
        let declared = shared.map { "SHARED(\($0.type), \($0.name), \($0.count));" }
        let guards = isGuarded ? ["if (errors[0]) return;"] : []
        let lines = declared + [head, pointers] + guards + [body]
        return KernelSource(
            head: "KERNEL\(isPaired ? "_PAIR" : "")(\(groupSize)) ",
            rest: "(" + list + ") {\n" + lines.joined(separator: "\n") + "\n}\n",
            indexType: indexType)
    }
}

/// A launch of a kernel before its memory is planned.
struct KernelCall: Sendable {
    /// An argument in the order of the kernel's parameters; memory takes two, a pointer and an offset.
    enum Argument: Sendable {
        /// A storage from some byte on.
        case storage(Int, byteOffset: Int)
        /// The buffer of a donated input.
        case donated(Int)
        /// The task's workspace from some byte on.
        case workspace(byteOffset: Int)
        /// The plan's error words.
        case errors
        /// A number of the kernel's index type.
        case integer(Int)
    }

    var text: KernelText
    var arguments: [Argument]
    var groupCount: Int

    /// Bytes that the arguments take: a pointer and an offset, or an integer.
    var argumentBytes: Int {
        arguments.reduce(0) { total, argument in
            if case .integer = argument { return total + (text.isWide ? 8 : 4) }
            return total + 16
        }
    }
}
