import CKalsaeDrivers
import KalsaeGPU
import KalsaeSupport

/// A list of kernels with their arguments set; used by one thread at a time, which its plan sees to.
final class OpenCLExecutable: Executable, @unchecked Sendable {
    private struct Entry {
        var kernel: kcl_handle
        var groupSize: Int
        var itemCount: Int
    }

    /// An argument that follows a piece of memory.
    private struct Patch {
        var entry: Int
        var index: Int
    }

    private let driver: OpenCLDriver
    // Kernels belong to their programs.
    private let programs: [OpenCLProgram]
    private var entries: [Entry] = []
    private var patches: [[Patch]]
    private var bound: [kcl_handle?]

    init(
        _ launches: [Launch], memoryCount: Int, _ driver: OpenCLDriver
    ) throws(KalsaeError) {
        self.driver = driver
        patches = [[Patch]](repeating: [], count: memoryCount)
        bound = [kcl_handle?](repeating: nil, count: memoryCount)
        programs = launches.compactMap { $0.program as? OpenCLProgram }
        guard programs.count == launches.count else {
            throw KalsaeError(
                driver.info.device, expected: "programs of OpenCL",
                got: "programs of another driver")
        }
        for (launch, program) in zip(launches, programs) { try add(launch, program) }
    }

    deinit { for entry in entries { _ = driver.library.releaseKernel(entry.kernel) } }

    private func add(_ launch: Launch, _ program: OpenCLProgram) throws(KalsaeError) {
        var code: kcl_int = 0
        guard let kernel = driver.library.createKernel(program.handle, launch.kernel, &code) else {
            throw OpenCLDriver.failed("clCreateKernel", code)
        }
        entries.append(
            Entry(
                kernel: kernel, groupSize: launch.groupSize,
                itemCount: launch.groupSize * launch.groupCount))
        for (index, argument) in launch.arguments.enumerated() {
            switch argument {
            case .memory(let number):
                patches[number].append(Patch(entry: entries.count - 1, index: index))
            case .wide(let value): try set(kernel, index, Int64(value))
            case .narrow(let value): try set(kernel, index, value)
            }
        }
    }

    private func set<Value: BitwiseCopyable>(_ kernel: kcl_handle, _ index: Int, _ value: Value)
        throws(KalsaeError)
    {
        var value = value
        try OpenCLLibrary.check(
            driver.library.setArgument(kernel, kcl_uint(index), MemoryLayout<Value>.size, &value),
            "clSetKernelArg")
    }

    func bind(_ memory: [any DriverMemory]) throws(KalsaeError) {
        for (number, piece) in memory.enumerated() where patches.indices.contains(number) {
            let handle = try driver.handle(piece)
            if bound[number] == handle { continue }
            for patch in patches[number] {
                try set(entries[patch.entry].kernel, patch.index, handle)
            }
            bound[number] = handle
        }
    }

    func run(_ range: Range<Int>) throws(KalsaeError) {
        for entry in entries[range] {
            var (items, group) = (entry.itemCount, entry.groupSize)
            try OpenCLLibrary.check(
                driver.library.launch(
                    driver.queue, entry.kernel, 1, nil, &items, &group, 0, nil, nil),
                "clEnqueueNDRangeKernel")
        }
        try OpenCLLibrary.check(driver.library.flush(driver.queue), "clFlush")
        Counters.record { $0.launches += range.count }
    }
}
