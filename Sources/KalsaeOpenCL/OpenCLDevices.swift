import CKalsaeDrivers
import KalsaeGPU
import KalsaeSupport

/// The devices that OpenCL shows on this machine, GPUs first.
public enum OpenCLDevices {
    /// A device that can be opened.
    public struct Entry: Sendable {
        /// What there is to know of it.
        public let info: DeviceInfo
        nonisolated(unsafe) let platform: kcl_handle
        nonisolated(unsafe) let device: kcl_handle
    }

    /// All devices with a compiler, in the order of their numbers.
    ///
    /// - Throws: where there is no library.
    public static func all() throws(KalsaeError) -> [Entry] {
        try SignalActions.keeping(list)
    }

    private static func list() throws(KalsaeError) -> [Entry] {
        let library = try OpenCLLibrary.loaded.get()
        var found: [Entry] = []
        for platform in try platforms(library) {
            let name = text(library.platformInfo, platform, KCL_PLATFORM_NAME)
            // A platform that fails hides no other one.
            for device in (try? devices(library, platform)) ?? [] {
                let isUsable =
                    number(library, device, KCL_DEVICE_AVAILABLE, UInt32.self) != 0
                    && number(library, device, KCL_DEVICE_COMPILER_AVAILABLE, UInt32.self) != 0
                guard isUsable else { continue }
                let info = info(library, device, platform: name)
                found.append(Entry(info: info, platform: platform, device: device))
            }
        }
        let order: [DeviceInfo.Kind] = [.gpu, .accelerator, .cpu]
        let sorted = order.flatMap { kind in found.filter { $0.info.kind == kind } }
        return sorted.enumerated().map { index, entry in
            var info = entry.info
            info.device = "opencl:\(index)"
            return Entry(info: info, platform: entry.platform, device: entry.device)
        }
    }

    /// How many devices are of the kind of the first one; 0 where there is none.
    public static var likeTheFirst: Int {
        guard let all = try? all(), let first = all.first else { return 0 }
        return all.count { $0.info.kind == first.info.kind }
    }

    /// Opens a device by its number.
    public static func open(_ index: Int = 0) throws(KalsaeError) -> OpenCLDriver {
        try open(index, optimizing: true)
    }

    /// The same; without optimizing, compilers take half of the time, and kernels a multiple.
    package static func open(
        _ index: Int = 0, optimizing: Bool
    ) throws(KalsaeError) -> OpenCLDriver {
        let all = try all()
        guard all.indices.contains(index) else {
            guard all.isEmpty else {
                throw KalsaeError(
                    "opencl:\(index)",
                    expected: "a device from opencl:0 to opencl:\(all.count - 1)", got: "none")
            }
            let hasPlatform = try !platforms(OpenCLLibrary.loaded.get()).isEmpty
            throw KalsaeError(
                "opencl:\(index)", expected: "a device of OpenCL",
                got: hasPlatform ? "platforms without a device" : "no platform",
                advice: hasPlatform
                    ? "look whether its cache can be written (XDG_CACHE_HOME, POCL_CACHE_DIR)"
                    : "install the driver of your device, or pocl-opencl-icd for the processor")
        }
        return try OpenCLDriver(all[index], optimizing: optimizing)
    }

    private static func platforms(_ library: OpenCLLibrary) throws(KalsaeError) -> [kcl_handle] {
        var count: kcl_uint = 0
        let code = library.platforms(0, nil, &count)
        if Int(code) == KCL_PLATFORM_NOT_FOUND { return [] }
        try OpenCLLibrary.check(code, "clGetPlatformIDs")
        var handles = [kcl_handle?](repeating: nil, count: Int(count))
        try OpenCLLibrary.check(library.platforms(count, &handles, nil), "clGetPlatformIDs")
        return handles.compactMap { $0 }
    }

    private static func devices(
        _ library: OpenCLLibrary, _ platform: kcl_handle
    ) throws(KalsaeError) -> [kcl_handle] {
        var count: kcl_uint = 0
        let all = kcl_bitfield(UInt32.max)
        let code = library.devices(platform, all, 0, nil, &count)
        if Int(code) == KCL_DEVICE_NOT_FOUND { return [] }
        try OpenCLLibrary.check(code, "clGetDeviceIDs")
        var handles = [kcl_handle?](repeating: nil, count: Int(count))
        try OpenCLLibrary.check(
            library.devices(platform, all, count, &handles, nil), "clGetDeviceIDs")
        return handles.compactMap { $0 }
    }

    private static func info(
        _ library: OpenCLLibrary, _ device: kcl_handle, platform: String
    ) -> DeviceInfo {
        func size(_ name: Int) -> Int {
            Int(clamping: number(library, device, name, UInt64.self))
        }
        let type = number(library, device, KCL_DEVICE_TYPE, UInt64.self)
        let kind: DeviceInfo.Kind =
            type & UInt64(KCL_DEVICE_TYPE_GPU) != 0
            ? .gpu : type & UInt64(KCL_DEVICE_TYPE_CPU) != 0 ? .cpu : .accelerator
        let version = text(library.deviceInfo, device, KCL_DRIVER_VERSION)
        return DeviceInfo(
            device: "opencl", name: text(library.deviceInfo, device, KCL_DEVICE_NAME), kind: kind,
            driver: "\(platform) \(version)",
            computeUnits: Int(number(library, device, KCL_DEVICE_MAX_COMPUTE_UNITS, UInt32.self)),
            memoryBytes: size(KCL_DEVICE_GLOBAL_MEM_SIZE),
            largestBuffer: size(KCL_DEVICE_MAX_MEM_ALLOC_SIZE),
            sharedBytes: size(KCL_DEVICE_LOCAL_MEM_SIZE),
            largestGroup: size(KCL_DEVICE_MAX_WORK_GROUP_SIZE),
            argumentBytes: size(KCL_DEVICE_MAX_PARAMETER_SIZE),
            // Tiles of products in float64 take 36 KB.
            hasFloat64: size(KCL_DEVICE_LOCAL_MEM_SIZE) >= 36 << 10
                && text(library.deviceInfo, device, KCL_DEVICE_EXTENSIONS)
                    .split(separator: " ").contains("cl_khr_fp64")
        )
    }

    private static func number<Number: FixedWidthInteger>(
        _ library: OpenCLLibrary, _ device: kcl_handle, _ name: Int, _ type: Number.Type
    ) -> Number {
        var value = Number(0)
        _ = library.deviceInfo(device, kcl_uint(name), MemoryLayout<Number>.size, &value, nil)
        return value
    }

    private static func text(
        _ function: kcl_get_info, _ object: kcl_handle, _ name: Int
    ) -> String {
        var count = 0
        _ = function(object, kcl_uint(name), 0, nil, &count)
        var bytes = [UInt8](repeating: 0, count: count)
        guard count > 0, function(object, kcl_uint(name), count, &bytes, nil) == 0 else {
            return ""
        }
        let words = String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            .split(whereSeparator: \.isWhitespace)
        return words.joined(separator: " ")
    }
}
