import CKalsaeDrivers
import KalsaeSupport

extension CUDALibrary {
    /// The least version of CUDA that a driver must know, as 12000 for 12.0.
    private static let leastVersion = 12000

    /// The version of CUDA that the driver knows, as 12040 for 12.4.
    ///
    /// - Throws: where it is too old.
    func checkedVersion() throws(KalsaeError) -> Int {
        var number: Int32 = 0
        try check(driverVersion(&number), "cuDriverGetVersion")
        let version = Int(number)
        guard version >= Self.leastVersion else {
            throw KalsaeError(
                "CUDA", expected: "a driver for CUDA \(Self.text(Self.leastVersion)) or later",
                got: "one for CUDA \(Self.text(version))", advice: "update NVIDIA's driver")
        }
        return version
    }

    /// A version of CUDA as people write it.
    static func text(_ version: Int) -> String { "\(version / 1000).\(version % 1000 / 10)" }

    /// Throws where a function did not succeed.
    func check(_ code: kcu_result, _ function: String) throws(KalsaeError) {
        guard Int(code) != KCU_SUCCESS else { return }
        var (name, text): (UnsafePointer<CChar>?, UnsafePointer<CChar>?) = (nil, nil)
        _ = errorName(code, &name)
        _ = errorText(code, &text)
        let words = [name, text].compactMap { $0.map { String(cString: $0) } }
        throw KalsaeError(
            function, expected: "success",
            got: words.isEmpty ? "error \(code)" : words.joined(separator: ": "),
            advice: Self.advice(Int(code)))
    }

    /// What helps, by the numbers of NVIDIA's reference.
    private static func advice(_ code: Int) -> String {
        switch code {
        case KCU_OUT_OF_MEMORY:
            "use a smaller batch (--batch), cut it into parts (--micro-batches), or look what else "
                + "runs on the card (nvidia-smi)"
        case 100, 101: "look whether nvidia-smi shows the card; a container must be given it"
        case 803, 804: "driver and libcuda are of different versions: restart the machine"
        case 200, 209, 218, 222: "update NVIDIA's driver, or install an older CUDA toolkit"
        // A kernel did what it must not do.
        case 700, 714...718:
            "use --device cpu, and report this with the output of kalsae doctor"
        case 214, 702, 719, 999:
            "this process has lost the card: start it again, a run with --resume; dmesg may say more"
        case _: ""
        }
    }
}
