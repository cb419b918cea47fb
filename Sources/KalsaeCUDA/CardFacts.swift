import CKalsaeDrivers
import KalsaeGPU
import KalsaeSupport

/// What the driver tells of a card.
struct CardFacts {
    /// The compute capability, as `90`.
    let capability: Int
    private let name: String
    private let memoryBytes: Int
    private let units: Int
    private let sharedBytes: Int
    private let largestGroup: Int

    init(_ card: kcu_device, _ library: CUDALibrary) throws(KalsaeError) {
        func attribute(_ number: Int) throws(KalsaeError) -> Int {
            var value: Int32 = 0
            try library.check(
                library.deviceAttribute(&value, Int32(number), card), "cuDeviceGetAttribute")
            return Int(value)
        }
        capability =
            try attribute(KCU_CAPABILITY_MAJOR) * 10 + attribute(KCU_CAPABILITY_MINOR)
        units = try attribute(KCU_MULTIPROCESSOR_COUNT)
        sharedBytes = try attribute(KCU_SHARED_MEMORY_PER_BLOCK)
        largestGroup = try attribute(KCU_MAX_THREADS_PER_BLOCK)
        var bytes = 0
        try library.check(library.deviceMemory(&bytes, card), "cuDeviceTotalMem")
        memoryBytes = bytes
        var text = [CChar](repeating: 0, count: 256)
        try library.check(library.deviceName(&text, 256, card), "cuDeviceGetName")
        name = String(
            decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// - Parameter driver: the versions of what drives it, and what is compiled for it.
    func info(index: Int, driver: String) -> DeviceInfo {
        DeviceInfo(
            device: "cuda:\(index)", name: name, kind: .gpu, driver: driver, computeUnits: units,
            memoryBytes: memoryBytes, largestBuffer: memoryBytes, sharedBytes: sharedBytes,
            largestGroup: largestGroup, argumentBytes: 4096, hasFloat64: true,
            tensorCores: TensorCoreFormat.formats(capability: capability))
    }
}
