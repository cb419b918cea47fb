import KalsaeSupport

/// What a kind of accelerator must do for ``GPUBackend``: memory, programs, launches; one object for
/// each device.
///
/// All work of a device runs in the order in which it was given, whichever thread gives it.
public protocol Driver: AnyObject, Sendable {
    /// What there is to know of the device.
    var info: DeviceInfo { get }

    /// What stands in front of every program: the macros of the common dialect.
    var dialect: String { get }

    /// Allocates memory, its contents unspecified; nil where the device has none left.
    func allocate(byteCount: Int) throws(KalsaeError) -> (any DriverMemory)?

    /// Compiles a program, the dialect in front of which the caller has put.
    func compile(_ source: String) throws(KalsaeError) -> any DriverProgram

    /// A program of what ``DriverProgram/binary()`` gave; nil where this device cannot use it.
    func load(_ binary: [UInt8], for source: String) -> (any DriverProgram)?

    /// Makes a list of launches ready to be run again and again.
    ///
    /// - Parameters:
    ///   - launches: what is to run, in order.
    ///   - memoryCount: how many pieces of memory arguments speak of.
    func prepare(
        _ launches: [Launch], memoryCount: Int
    ) throws(KalsaeError) -> any Executable

    /// Copies host bytes to the device; they may change when the call is over.
    func write(
        _ bytes: UnsafeRawBufferPointer, to memory: any DriverMemory
    ) throws(KalsaeError)

    /// Copies the first bytes of the device's memory to the host, and waits for them.
    func read(
        _ memory: any DriverMemory, into bytes: UnsafeMutableRawBufferPointer
    ) throws(KalsaeError)

    /// Copies first bytes of one piece of memory into another, from a byte of it on.
    func copy(
        _ from: any DriverMemory, to: any DriverMemory, at offset: Int, byteCount: Int
    ) throws(KalsaeError)

    /// Waits until all that was given is done.
    func wait() throws(KalsaeError)
}

/// A piece of a device's memory; freed with its last user, once the device is done with it.
public protocol DriverMemory: AnyObject, Sendable {
    /// How many bytes there are.
    var byteCount: Int { get }
}

/// A compiled program of one or more kernels.
public protocol DriverProgram: AnyObject, Sendable {
    /// Its machine code for ``Driver/load(_:for:)``; nil where the driver keeps code itself.
    func binary() throws(KalsaeError) -> [UInt8]?
}

/// One launch of a kernel of a program.
public struct Launch: Sendable {
    /// An argument of a kernel.
    public enum Argument: Sendable, Equatable {
        /// A piece of memory by its number in the list that a run is given.
        case memory(Int)
        /// 64 bits.
        case wide(Int)
        /// 32 bits.
        case narrow(Int32)
    }

    /// The program.
    public var program: any DriverProgram
    /// The kernel's name in it.
    public var kernel: String
    /// Work items of a group.
    public var groupSize: Int
    /// How many groups there are, at least 1.
    public var groupCount: Int
    /// The arguments, in the order of the kernel's parameters.
    public var arguments: [Argument]
}

/// Launches that were made ready; used by one thread at a time.
public protocol Executable: AnyObject, Sendable {
    /// Sets which memory the numbers in arguments stand for; those that did not change cost nothing.
    func bind(_ memory: [any DriverMemory]) throws(KalsaeError)

    /// Gives launches to the device, and does not wait for them.
    func run(_ range: Range<Int>) throws(KalsaeError)
}
