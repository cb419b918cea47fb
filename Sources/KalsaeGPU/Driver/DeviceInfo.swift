/// What there is to know of an accelerator.
public struct DeviceInfo: Sendable, Equatable {
    /// What kind of processor it is.
    public enum Kind: String, Sendable {
        case gpu, accelerator
        /// The host's own processor under an interface for accelerators.
        case cpu
    }

    /// The name in messages and settings, as in `opencl:0`.
    public var device: String
    /// What the maker calls it.
    public var name: String
    /// What kind of processor it is.
    public var kind: Kind
    /// The driver with its version.
    public var driver: String
    /// Groups of work items that run at the same time, at least.
    public var computeUnits: Int
    /// All of its memory, in bytes.
    public var memoryBytes: Int
    /// The largest piece of memory that it gives.
    public var largestBuffer: Int
    /// Memory that the work items of a group share.
    public var sharedBytes: Int
    /// Work items of a group at most.
    public var largestGroup: Int
    /// Bytes of all arguments of a kernel at most.
    public var argumentBytes: Int
    /// Whether it computes with `float64`.
    public var hasFloat64: Bool
    /// What its tensor cores multiply; empty where it has none.
    public var tensorCores: Set<TensorCoreFormat>

    /// Makes a description.
    public init(
        device: String, name: String, kind: Kind, driver: String, computeUnits: Int,
        memoryBytes: Int, largestBuffer: Int, sharedBytes: Int, largestGroup: Int,
        argumentBytes: Int, hasFloat64: Bool, tensorCores: Set<TensorCoreFormat> = []
    ) {
        self.device = device
        self.name = name
        self.kind = kind
        self.driver = driver
        self.computeUnits = computeUnits
        self.memoryBytes = memoryBytes
        self.largestBuffer = largestBuffer
        self.sharedBytes = sharedBytes
        self.largestGroup = largestGroup
        self.argumentBytes = argumentBytes
        self.hasFloat64 = hasFloat64
        self.tensorCores = tensorCores
    }
}
