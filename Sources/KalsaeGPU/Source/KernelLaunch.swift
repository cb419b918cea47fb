/// A launch of a kernel with the memory of its arguments planned: of one task, or of several that the same
/// kernel does, each with groups of work items of its own.
struct KernelLaunch: Sendable {
    let source: KernelSource
    let groupSize: Int
    let groupCount: Int
    let arguments: [Launch.Argument]
    /// The argument that says how many runs of its plan it does; nil for a launch of one.
    var runsArgument: Int?

    /// What one task gives the kernel.
    struct Member {
        var groupCount: Int
        var arguments: [Launch.Argument]
    }

    /// Bytes that the arguments take.
    var argumentBytes: Int {
        arguments.reduce(0) { total, argument in
            if case .narrow = argument { return total + 4 }
            return total + 8
        }
    }

    init(
        source: KernelSource, groupSize: Int, groupCount: Int, arguments: [Launch.Argument],
        runsArgument: Int? = nil
    ) {
        (self.source, self.arguments) = (source, arguments)
        (self.groupSize, self.groupCount) = (groupSize, groupCount)
        self.runsArgument = runsArgument
    }

    /// The launch with a program that has its kernel.
    ///
    /// - Parameter runs: how many runs of its plan it does.
    func launch(_ program: any DriverProgram, runs: Int = 1) -> Launch {
        var arguments = arguments
        if let runsArgument { arguments[runsArgument] = .narrow(Int32(clamping: runs)) }
        return Launch(
            program: program, kernel: source.name, groupSize: groupSize, groupCount: groupCount,
            arguments: arguments)
    }

    init(_ text: KernelText, _ member: Member) {
        source = text.source
        groupSize = text.groupSize
        groupCount = member.groupCount
        arguments = member.arguments
    }

    /// Several tasks: groups find out by their number whose they are. What all have in common is passed
    /// once, and so is each piece of memory.
    init(_ text: KernelText, _ members: [Member]) {
        var parameters: [KernelText.Parameter] = []
        var arguments: [Launch.Argument] = []
        func pass(_ argument: Launch.Argument, _ type: String, _ name: String) {
            parameters.append(.init(type: type, name: name))
            arguments.append(argument)
        }
        var memories: [Int: String] = [:]
        func memory(_ number: Int) -> String {
            if let name = memories[number] { return name }
            let name = "memory\(memories.count)"
            memories[number] = name
            pass(.memory(number), "GLOBAL u8 *", name)
            return name
        }
        var declared: [String] = []
        var settings = [[String]](repeating: [], count: members.count)
        for (position, parameter) in text.parameters.enumerated() {
            let values = members.map { $0.arguments[position] }
            let isCommon = values.allSatisfy { $0 == values[0] }
            if isCommon, case .wide = values[0] { pass(values[0], parameter.type, parameter.name) }
            if isCommon, case .narrow = values[0] {
                pass(values[0], parameter.type, parameter.name)
            }
            if isCommon, case .memory(let number) = values[0] {
                declared.append("\(parameter.type) \(parameter.name) = \(memory(number));")
            }
            guard !isCommon else { continue }
            declared.append("\(parameter.type) \(parameter.name);")
            for (number, value) in values.enumerated() {
                var name = "\(parameter.name)_\(number)"
                if case .memory(let memoryNumber) = value {
                    name = memory(memoryNumber)
                } else {
                    pass(value, parameter.type, name)
                }
                settings[number].append("\(parameter.name) = \(name);")
            }
        }
        declared.append("u32 GID = GROUP_INDEX, GROUPS = GROUP_COUNT;")
        var (branches, first): ([String], Int) = ([], 0)
        for (number, member) in members.enumerated() {
            let isLast = number == members.count - 1
            let (begin, end) = ("end\(number)", "end\(number + 1)")
            let count = "GROUPS = \(isLast ? "GROUPS" : end)\(number > 0 ? " - \(begin)" : "");"
            let offset = number > 0 ? "GID -= \(begin); " : ""
            let lines = settings[number].joined(separator: " ")
            branches.append(
                "\(isLast ? "" : "if (GID < \(end)) "){ \(offset)\(count) \(lines) }")
            first += member.groupCount
            if !isLast { pass(.narrow(Int32(first)), "u32", end) }
        }
        source = text.source(
            parameters, (declared + [branches.joined(separator: "\nelse ")]).joined(separator: "\n")
        )
        groupSize = text.groupSize
        groupCount = first
        self.arguments = arguments
    }
}
