import Foundation
import KalsaeFiles
import KalsaeOpenCL
import Testing

/// `--device` and `KALSAE_DEVICE`: what is asked for is used and recorded, or refused in a line.
@Suite struct DeviceTests {
    private let folder: CommandRun.Folder
    private static let isThere = (try? OpenCLDevices.open()) != nil

    init() throws { folder = try CommandRun.Folder() }

    private func run(_ arguments: String..., device: String = "") throws -> CommandRun {
        try CommandRun(arguments, in: folder, environment: ["KALSAE_DEVICE": device])
    }

    @Test(arguments: ["", " ", "gpu", "opencl:x", "cpu:1"])
    func whatIsNoDeviceIsRefused(_ name: String) throws {
        defer { folder.remove() }
        let result = try run("train", "iris", "--epochs", "1", "--device", name)
        #expect(result.status != 0)
        #expect(result.errors.contains("cpu, cuda or opencl"))
        #expect(folder.contents == [])
    }

    @Test(arguments: [
        ("CUDA", "did you mean \"cuda\"?"), ("OpenCL:1", "did you mean \"opencl:1\"?"),
        ("CPU", "did you mean \"cpu\"?"), ("gpu", "a card of NVIDIA is cuda, any other opencl"),
        ("GPU:0", "a card of NVIDIA is cuda"), ("opncl:1", "did you mean \"opencl:1\"?"),
    ]) func whatIsMeantIsGuessed(_ name: String, _ hint: String) throws {
        defer { folder.remove() }
        let result = try run("train", "iris", "--epochs", "1", "--device", name)
        #expect(result.status != 0 && result.errors.contains(hint), "\(result.errors)")
        #expect(folder.contents == [])
    }

    @Test func variablesThatAreSetAreShown() throws {
        defer { folder.remove() }
        let set = [
            "KALSAE_DEVICE": "cpu", "KALSAE_PRECISION": "bfloat16", "KALSAE_MPI": "off",
            "KALSAE_WATCHDOG": "5,10", "KALSAE_PASSES": "-rows", "KALSAE_DEVCE": "cuda",
        ]
        let flags = try CommandRun(["doctor", "--json"], in: folder, environment: set).json["flags"]
        for (name, value) in set where name != "KALSAE_DEVCE" {
            #expect(flags?[name]?.string?.hasPrefix("\(value) (") == true, "\(name)")
        }
        #expect(flags?["KALSAE_DEVCE"]?.string?.contains("did you mean \"KALSAE_DEVICE\"?") == true)
    }

    /// What is not the usual is told at the end, by the record, and where a run goes on otherwise.
    @Test func whatItWasComputedWithIsTold() throws {
        defer { folder.remove() }
        let first = try run(
            "train", "iris", "--network", "4-5-3", "--epochs", "2", "--name", "one", "--precision",
            "bf16", "--micro-batches", "2")
        #expect(first.status == 0, "\(first.errors)")
        #expect(first.output.contains(", bfloat16, 2 micro-batches\n"), "\(first.output)")
        let shown = try run("runs", "show", "one").output
        #expect(shown.contains("settings: bfloat16, 2 micro-batches\n"), "\(shown)")
        let same = try run("train", "--resume", "one", "--epochs", "3")
        #expect(same.status == 0 && !same.errors.contains("instead of"), "\(same.errors)")
        let other = try run(
            "train", "--resume", "one", "--epochs", "4", "--precision", "float32",
            "--micro-batches", "1", "--json")
        let line =
            "kalsae: run one goes on with precision float32 instead of bfloat16, 1 micro-batch "
            + "instead of 2, with which it began\n"
        #expect(other.errors.contains(line), "\(other.errors)")
        #expect(try other.json["settings"]?["precision"]?.string == "float32")
        let usual = try run("train", "iris", "--network", "4-5-3", "--epochs", "1", "--name", "two")
        #expect(usual.output.contains(", patience 30\n"), "\(usual.output)")
        #expect(try !run("runs", "show", "two").output.contains("settings:"))
    }

    @Test func aWrongVariableIsShown() throws {
        defer { folder.remove() }
        #expect(try run("train", "iris", "--epochs", "1", device: "gpu").status != 0)
        let doctor = try run("doctor", device: "gpu")
        #expect(doctor.output.contains("device: gpu: device: expected cpu, cuda or opencl"))
    }

    @Test(.enabled(if: isThere, "there is no device of OpenCL"))
    func aRunAndAStudyGoOnOnTheirDevice() throws {
        defer { folder.remove() }
        let first = try run(
            "train", "iris", "--network", "4-5-3", "--epochs", "1", "--name", "one", "--quiet",
            device: "opencl")
        #expect(first.status == 0)
        let record = try run("runs", "show", "one", "--json").json
        #expect(record["configuration"]?["device"]?.string == "opencl")
        let search = [
            "search", "iris", "--network", "4-5-3", "--epochs", "1", "--trials", "1", "--quiet",
        ]
        #expect(try CommandRun(search + ["--device", "opencl"], in: folder).status == 0)
        let more = try run("search", "--resume", "iris", "--trials", "2")
        #expect(more.status == 0)
        // Said where a device is opened that is the processor after all.
        #expect(more.errors.contains("opencl:0 is this machine's processor"))
    }

    @Test func aRunGoesOnInItsPrecision() throws {
        defer { folder.remove() }
        func loss(_ name: String, _ precision: String) throws -> String? {
            let result = try run(
                "train", "iris", "--network", "4-5-3", "--epochs", "4", "--name", name,
                "--precision", precision, "--json")
            #expect(result.status == 0, "\(result.errors)")
            #expect(result.errors.contains("the cpu multiplies") == (precision != "float32"))
            let record = try run("runs", "show", name, "--json").json
            let recorded = record["configuration"]?["precision"]?.string
            #expect(recorded == precision)
            return try result.json["train"]?["loss"].map { "\($0)" }
        }
        let exact = try loss("one", "float32")
        let rounded = try loss("two", "bf16")
        #expect(rounded != nil)
        #expect(rounded != exact)
        let more = try run("train", "--resume", "two", "--epochs", "6")
        #expect(more.status == 0)
        #expect(more.errors.contains("the cpu multiplies"))
    }

    @Test func precisionsThatAreNotThereAreRefused() throws {
        defer { folder.remove() }
        for (name, words) in [
            ("bf32", "expected float32, tf32, bfloat16, float16, got bf32"),
            ("tf32", "expected float32, bfloat16 or float16 on the cpu, got tf32"),
        ] {
            let result = try run(
                "train", "iris", "--epochs", "1", "--no-record", "--precision", name)
            #expect(result.status != 0)
            #expect(result.errors.contains(words), "\(result.errors)")
            #expect(folder.contents == [])
        }
    }

    @Test func twoPrecisionsDifferByTheRoundingOfOperands() throws {
        defer { folder.remove() }
        let result = try run(
            "compare-devices", "4-6-3", "--with-precision", "bfloat16", "--batch", "8", "--json")
        #expect(result.status == 0)
        let report = try result.json
        #expect(report["first"] == .null)
        #expect(report["equal"]?.integer != report["operations"]?.integer)
        #expect(report["devices"] == .array(["cpu", "cpu (bfloat16)"]))
        #expect(try run("compare-devices", "4-6-3").errors.contains("--with-precision"))
    }

    @Test(.enabled(if: isThere, "there is no device of OpenCL"))
    func aStepIsTheSameOnBothDevices() throws {
        defer { folder.remove() }
        let result = try run(
            "compare-devices", "4-6-3", "--with", "opencl", "--batch", "8", "--json")
        #expect(result.status == 0)
        let report = try result.json
        #expect(report["first"] == .null)
        #expect((report["operations"]?.integer ?? 0) > 50)
        #expect(try run("compare-devices", "4-6-3", "--with", "gpu").status != 0)
        #expect(try run("bench", "ops", "--device", "opencl", "--op", "matmul").status != 0)
    }
}
