import KalsaeFiles
import KalsaeLowering

/// A kernel as text in the common dialect of OpenCL C and CUDA C++, without numbers that differ from
/// shape to shape: those are arguments, so that one kernel serves many plans.
struct KernelSource: Hashable, Sendable {
    /// The function's name, made of a hash of its text.
    let name: String
    /// The function.
    let text: String
}

/// A launch of a kernel before its memory is planned.
struct KernelCall: Sendable {
    /// An argument in the order of the kernel's parameters.
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

    var source: KernelSource
    var arguments: [Argument]
    /// Whether integers have 64 bits.
    var isWide: Bool
    var groupSize: Int
    var groupCount: Int

    /// Bytes that the arguments take: a pointer and an offset, or an integer.
    var argumentBytes: Int {
        arguments.reduce(0) { total, argument in
            if case .integer = argument { return total + (isWide ? 8 : 4) }
            return total + 16
        }
    }
}

/// Collects the parameters and the body of a kernel together with the arguments of its launch.
struct KernelBuilder {
    private var parameters: [String] = []
    private var pointers: [String] = []
    private(set) var arguments: [KernelCall.Argument] = []
    private var count = 0
    /// Whether indices need 64 bits.
    let isWide: Bool
    let groupSize: Int
    /// Whether the kernel does nothing once an error was noted.
    private let isGuarded: Bool
    private var hasErrors = false

    /// Work items of a group unless a kernel needs another number.
    static let usualGroup = 256

    /// - Parameters:
    ///   - extent: what no index of the kernel reaches.
    ///   - isGuarded: whether the kernel does nothing once an error was noted.
    init(extent: Int, groupSize: Int = usualGroup, isGuarded: Bool = false) {
        // Loops over a grid go one stride beyond the last element.
        isWide = extent >= 1 << 30
        self.groupSize = groupSize
        self.isGuarded = isGuarded
        if isGuarded { errors() }
    }

    private mutating func number() -> Int {
        defer { count += 1 }
        return count
    }

    /// Adds a pointer to elements of a C type; returns its name.
    mutating func buffer(_ type: String, _ argument: KernelCall.Argument) -> String {
        let number = number()
        parameters += ["GLOBAL u8 *p\(number)", "i64 o\(number)"]
        pointers.append("GLOBAL \(type) *b\(number) = (GLOBAL \(type) *)(p\(number) + o\(number));")
        arguments.append(argument)
        return "b\(number)"
    }

    /// Adds an integer; returns its name.
    mutating func integer(_ value: Int) -> String {
        let number = number()
        parameters.append("\(indexType) d\(number)")
        arguments.append(.integer(value))
        return "d\(number)"
    }

    /// Adds the error words, `errors`, once.
    mutating func errors() {
        guard !hasErrors else { return }
        hasErrors = true
        let name = buffer("u32", .errors)
        pointers.append("GLOBAL u32 *errors = \(name);")
    }

    /// The C type of indices.
    var indexType: String { isWide ? "i64" : "int" }

    /// A loop of all work items over the elements `i` below a number.
    func grid(_ count: String, _ body: String) -> String {
        """
        for (I i = (I)GID * \(groupSize) + LID; i < \(count); i += (I)GROUPS * \(groupSize)) {
        \(body)
        }
        """
    }

    /// The launch, with a body in which `I` is the index type.
    func call(groupCount: Int, body: String, shared: [String] = []) -> KernelCall {
        let guards = isGuarded ? ["if (errors[0]) return;"] : []
        let lines = shared + pointers + guards + [body]
        let rest =
            "(" + parameters.joined(separator: ", ") + ") {\n"
            + lines.joined(separator: "\n") + "\n}\n"
        let typed = "#define I \(indexType)\nKERNEL(\(groupSize)) "
        let name = "k" + Self.hash(typed + rest)
        return KernelCall(
            source: KernelSource(name: name, text: typed + name + rest + "#undef I\n"),
            arguments: arguments, isWide: isWide, groupSize: groupSize, groupCount: groupCount)
    }

    /// Two checksums from different beginnings: kernels of a program should not share both.
    private static func hash(_ text: String) -> String {
        let bytes = Array(text.utf8)
        let sums = bytes.withUnsafeBytes { bytes in
            [Checksum.fnv1a(bytes), Checksum.fnv1a(bytes, after: 0x9AE1_6A3B_2F90_404F)]
        }
        return sums.map { String($0, radix: 36) }.joined(separator: "_")
    }
}
