/// Small kernels as one that a single group of work items runs, one behind the other: on a device a launch
/// costs more than what they compute. Sizes and offsets are literals, so that compilers see them.
struct SequenceKernel {
    private var memories: [Int: String] = [:]
    private var parameters: [KernelText.Parameter] = []
    private var arguments: [Launch.Argument] = []
    private var lines: [String] = []
    private var sharedBytes = 0

    private static let groupSize = KernelBuilder.usualGroup

    /// Whether a kernel can be part of one.
    static func takes(_ text: KernelText) -> Bool { [1, groupSize].contains(text.groupSize) }

    /// Adds a kernel with the arguments of one task.
    mutating func add(_ text: KernelText, _ member: KernelLaunch.Member) {
        var block: [String] = []
        for (parameter, argument) in zip(text.parameters, member.arguments) {
            let value: String
            switch argument {
            case .memory(let number): value = memory(number)
            case .wide(let number): value = number > Int(Int32.max) ? "\(number)l" : "\(number)"
            case .narrow(let number): value = "\(number)"
            }
            block.append("\(parameter.type) const \(parameter.name) = \(value);")
        }
        var bytes = 0
        for array in text.shared {
            block.append(
                "LOCAL \(array.type) *\(array.name) = (LOCAL \(array.type) *)(pool + \(bytes / 8));"
            )
            bytes += (array.byteCount + 127) & ~127
        }
        sharedBytes = max(sharedBytes, bytes)
        let body = text.groupSize == 1 ? "if (LID == 0) {\n\(text.body)\n}" : text.body
        lines.append(
            """
            #undef I
            #define I \(text.indexType)
            {
            \(block.joined(separator: "\n"))
            const u32 GROUPS = \(member.groupCount);
            for (u32 GID = 0; GID < \(member.groupCount); GID++) {
            \(body)
            FENCE();
            }
            }
            """)
    }

    private mutating func memory(_ number: Int) -> String {
        if let name = memories[number] { return name }
        let name = "memory\(memories.count)"
        memories[number] = name
        parameters.append(.init(type: "GLOBAL u8 *", name: name))
        arguments.append(.memory(number))
        return name
    }

    /// The launch of all that was added.
    func launch() -> KernelLaunch {
        let text = KernelText(
            isWide: false, groupSize: Self.groupSize,
            shared: sharedBytes > 0 ? [.init("i64", "pool", sharedBytes / 8)] : [],
            body: lines.joined(separator: "\n"))
        return KernelLaunch(
            source: text.source(parameters, ""), groupSize: Self.groupSize, groupCount: 1,
            arguments: arguments)
    }
}
