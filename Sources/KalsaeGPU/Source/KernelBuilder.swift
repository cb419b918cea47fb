/// Collects the parameters and the body of a kernel together with the arguments of its launch.
struct KernelBuilder {
    private var parameters: [KernelText.Parameter] = []
    private var pointers: [String] = []
    private(set) var arguments: [KernelCall.Argument] = []
    private var count = 0
    /// Whether indices need 64 bits.
    private var isWide: Bool
    let groupSize: Int
    /// Whether the kernel does nothing once an error was noted.
    private let isGuarded: Bool
    /// Whether it stores nothing then, which `isGood` says.
    let guardsStores: Bool
    private var hasErrors = false

    /// Work items of a group unless a kernel needs another number.
    static let usualGroup = 256

    /// - Parameters:
    ///   - extent: what no index of the kernel reaches.
    ///   - isGuarded: whether the kernel does nothing once an error was noted.
    ///   - hasBarriers: whether work items wait for each other: then none may leave before, and what is
    ///     stored is ``guarded(_:)``.
    init(
        extent: Int, groupSize: Int = usualGroup, isGuarded: Bool = false,
        hasBarriers: Bool = false
    ) {
        // Loops over a grid go one stride beyond the last element.
        isWide = extent >= 1 << 30
        self.groupSize = groupSize
        self.isGuarded = isGuarded && !hasBarriers
        guardsStores = isGuarded && hasBarriers
        if isGuarded { errors() }
        if guardsStores { pointers.append("const int isGood = errors[0] == 0;") }
    }

    /// Lines that store something, where that is left out once an error was noted.
    func guarded(_ lines: String) -> String {
        guardsStores ? "if (isGood) {\n\(lines)\n}" : lines
    }

    private mutating func number() -> Int {
        defer { count += 1 }
        return count
    }

    /// Adds a pointer to elements of a C type; returns its name.
    mutating func buffer(_ type: String, _ argument: KernelCall.Argument) -> String {
        let number = number()
        parameters += [
            .init(type: "GLOBAL u8 *", name: "p\(number)"), .init(type: "i64", name: "o\(number)"),
        ]
        pointers.append("GLOBAL \(type) *b\(number) = (GLOBAL \(type) *)(p\(number) + o\(number));")
        arguments.append(argument)
        return "b\(number)"
    }

    /// Adds an integer; returns its name.
    mutating func integer(_ value: Int) -> String {
        let number = number()
        parameters.append(.init(type: "I", name: "d\(number)"))
        arguments.append(.integer(value))
        // A stride that leads beyond all elements may be any number.
        if Int32(exactly: value) == nil { isWide = true }
        return "d\(number)"
    }

    /// Adds the error words, `errors`, once.
    mutating func errors() {
        guard !hasErrors else { return }
        hasErrors = true
        let name = buffer("u32", .errors)
        pointers.append("GLOBAL u32 *errors = \(name);")
    }

    /// A loop of all work items over the elements `i` below a number.
    func grid(_ count: String, _ body: String) -> String {
        """
        for (I i = (I)GID * \(groupSize) + LID; i < \(count); i += (I)GROUPS * \(groupSize)) {
        \(body)
        }
        """
    }

    /// The launch, with a body in which `I` is the index type.
    func call(
        groupCount: Int, body: String, shared: [KernelText.SharedArray] = [],
        isPaired: Bool = false
    ) -> KernelCall {
        KernelCall(
            text: KernelText(
                parameters: parameters, isWide: isWide, groupSize: groupSize,
                isPaired: isPaired, shared: shared, pointers: pointers.joined(separator: "\n"),
                isGuarded: isGuarded, body: body),
            arguments: arguments, groupCount: groupCount)
    }
}
