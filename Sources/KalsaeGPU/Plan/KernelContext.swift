import KalsaeGraph

/// What kernels of a task need to know of the plan and of the device.
struct KernelContext {
    /// Groups of work items that a loop is divided into at most.
    var mostGroups: Int
    /// Whether the device has `float64`.
    var hasFloat64: Bool
    /// Memory that the work items of a group share.
    let sharedBytes: Int
    private let tensorCores: Set<TensorCoreFormat>
    private let precision: Precision
    /// Whether the task changes nothing once an error was noted.
    var isGuarded = false
    /// The task's number.
    var task = 0
    /// Whether a run looks for an error behind the task.
    var isFaultPoint = false

    /// Groups of a loop for each of the device's units.
    private static let groupsPerUnit = 32

    init(_ info: DeviceInfo, _ precision: Precision = .float32) {
        (sharedBytes, tensorCores) = (info.sharedBytes, info.tensorCores)
        self.precision = precision
        mostGroups = max(info.computeUnits * Self.groupsPerUnit, 64)
        hasFloat64 = info.hasFloat64
    }

    /// What tensor cores take of operands of a type; nil where they are multiplied without them.
    func tensorCoreFormat(for operands: DType) -> TensorCoreFormat? {
        let format: TensorCoreFormat? =
            switch operands {
            case .float16: .float16
            case .bfloat16: .bfloat16
            case .float32: precision == .tf32 ? .tf32 : nil
            case .float64, .int32, .int64, .uint8, .bool: nil
            }
        return format.flatMap { tensorCores.contains($0) ? $0 : nil }
    }

    /// Groups for a loop over so many elements.
    func groups(for count: Int) -> Int {
        let size = KernelBuilder.usualGroup
        return min(max((count + size - 1) / size, 1), mostGroups)
    }
}

/// The launches of a task, and the memory that they need between them.
struct TaskCalls {
    var calls: [KernelCall]
    /// Bytes of workspace.
    var workspaceBytes: Int
    /// What indices of the task have to stay below, where it has any.
    var indexLimit: Int?

    init(_ calls: [KernelCall] = [], workspaceBytes: Int = 0, indexLimit: Int? = nil) {
        self.calls = calls
        self.workspaceBytes = workspaceBytes
        self.indexLimit = indexLimit
    }
}
