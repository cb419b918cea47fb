// swift-tools-version: 6.1
import PackageDescription

/// One row a target: its folder under `Sources/` is its name, and it imports only rows above it.
struct Row {
    enum Kind { case swift, c, system, executable, test }
    var name: String
    var kind: Kind = .swift
    var imports: [Target.Dependency] = []
    var libraries: [String] = []
}

let argumentParser = Target.Dependency.product(
    name: "ArgumentParser", package: "swift-argument-parser")

let rows: [Row] = [
    Row(name: "CKalsaeKernels", kind: .c),
    Row(name: "CKalsaeOneDNN", kind: .c, libraries: ["dnnl"]),
    Row(name: "CZlib", kind: .system),
    Row(name: "CKalsaeSupport", kind: .c),
    Row(name: "KalsaeSupport"),
    Row(name: "KalsaeGraph", imports: ["KalsaeSupport"]),
    Row(name: "KalsaeFiles", imports: ["KalsaeGraph", "CZlib"]),
    Row(name: "KalsaeBackend", imports: ["KalsaeGraph"]),
    Row(name: "KalsaeTensor", imports: ["KalsaeBackend", "KalsaeReference", "CKalsaeSupport"]),
    Row(name: "KalsaeLayers", imports: ["KalsaeTensor"]),
    Row(name: "KalsaeOptimizers", imports: ["KalsaeTensor"]),
    Row(name: "KalsaeData", imports: ["KalsaeTensor", "KalsaeFiles"]),
    Row(
        name: "KalsaeTraining", imports: ["KalsaeLayers", "KalsaeOptimizers", "KalsaeData"]),
    Row(name: "KalsaeReference", imports: ["KalsaeBackend"]),
    Row(name: "KalsaeTensorTests", kind: .test, imports: ["KalsaeTensor"]),
    Row(name: "KalsaeTrainingTests", kind: .test, imports: ["KalsaeTraining"]),
    Row(name: "KalsaeCPU", imports: ["KalsaeBackend", "CKalsaeKernels", "CKalsaeOneDNN"]),
    Row(
        name: "KalsaeCPUTests", kind: .test,
        imports: ["KalsaeCPU", "KalsaeTesting", "CKalsaeKernels"]),
    Row(name: "KalsaeTesting", imports: ["KalsaeTensor", "KalsaeReference"]),
    Row(name: "KalsaeGraphTests", kind: .test, imports: ["KalsaeGraph"]),
    Row(name: "KalsaeBackendTests", kind: .test, imports: ["KalsaeReference"]),
    Row(name: "TestSupportTests", kind: .test, imports: ["KalsaeTesting"]),
    Row(name: "KalsaeReferenceTests", kind: .test, imports: ["KalsaeReference"]),
    Row(name: "KalsaeFilesTests", kind: .test, imports: ["KalsaeFiles"]),
]

extension Row {
    var target: Target {
        let linked = libraries.map { LinkerSetting.linkedLibrary($0) }
        switch kind {
        case .swift, .c:
            return .target(name: name, dependencies: imports, linkerSettings: linked)
        case .executable:
            return .executableTarget(name: name, dependencies: imports, linkerSettings: linked)
        case .test:
            return .testTarget(name: name, dependencies: imports)
        case .system:
            return .systemLibrary(
                name: name, pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])])
        }
    }
}

let package = Package(
    name: "kalsae",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0")
    ],
    targets: rows.map(\.target),
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)
