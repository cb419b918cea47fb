/// Small kernels as one that a single group of work items runs, one behind the other: on a device a launch
/// costs more than what they compute. Sizes and offsets are literals, so that compilers see them.
///
/// One that is a whole plan can do several runs of it, each with the part of some memory that is its own.
struct SequenceKernel {
    /// For memory that has a part for each run, the bytes of a part.
    private let strides: [Int: Int]
    private var memories: [Int: String] = [:]
    private var parameters: [KernelText.Parameter] = []
    private var arguments: [Launch.Argument] = []
    private var lines: [String] = []
    private var sharedBytes = 0

    private static let groupSize = KernelBuilder.usualGroup

    /// - Parameter strides: for memory that has a part for each run, the bytes of a part; none where the
    ///   kernel does one run.
    init(strides: [Int: Int] = [:]) { self.strides = strides }

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
        var body = text.groupSize == 1 ? "if (LID == 0) {\n\(text.body)\n}" : text.body
        // No work item leaves in front of a barrier.
        if text.isGuarded { body = "if (errors[0] == 0) {\n\(body)\n}" }
        lines.append(
            """
            #undef I
            #define I \(text.indexType)
            {
            \(block.joined(separator: "\n"))
            \(text.pointers)
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
        let parameter = "memory\(memories.count)"
        let name = strides[number].map { "(\(parameter) + (i64)RUN * \($0))" } ?? parameter
        memories[number] = name
        parameters.append(.init(type: "GLOBAL u8 *", name: parameter))
        arguments.append(.memory(number))
        return name
    }

    /// The launch of all that was added.
    func launch() -> KernelLaunch {
        var text = KernelText(
            isWide: false, groupSize: Self.groupSize,
            shared: sharedBytes > 0 ? [.init("i64", "pool", sharedBytes / 8)] : [],
            body: lines.joined(separator: "\n"))
        guard !strides.isEmpty else {
            return KernelLaunch(
                source: text.source(parameters, ""), groupSize: Self.groupSize, groupCount: 1,
                arguments: arguments)
        }
        let noted = memories[GPUPlanCode.errors].map {
            """
            { GLOBAL u32 *errors = (GLOBAL u32 *)\($0);
            if (LID == 0 && errors[0] == 0) errors[\(ErrorWords.run)] = RUN; }

            """
        }
        text.body = """
            for (u32 RUN = 0; RUN < RUNS; RUN++) {
            \(noted ?? "")\(text.body)
            }
            """
        return KernelLaunch(
            source: text.source(parameters + [.init(type: "u32", name: "RUNS")], ""),
            groupSize: Self.groupSize, groupCount: 1, arguments: arguments + [.narrow(1)],
            runsArgument: arguments.count)
    }
}
