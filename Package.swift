// swift-tools-version: 6.1
import PackageDescription

/// One row a target: its folder under `Sources/` is its name, and it imports only rows above it.
struct Row {
    enum Kind { case swift, c, system, executable, test }
    var name: String
    var kind: Kind = .swift
    var imports: [Target.Dependency] = []
    var libraries: [String] = []
    var excluded: [String] = []
}

let argumentParser = Target.Dependency.product(
    name: "ArgumentParser", package: "swift-argument-parser")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let nio = ["NIOCore", "NIOPosix", "NIOHTTP1"].map {
    Target.Dependency.product(name: $0, package: "swift-nio")
}

let rows: [Row] = [
    Row(name: "CKalsaeKernels", kind: .c),
    Row(name: "CKalsaeImages", kind: .c, libraries: ["png", "jpeg"]),
    Row(name: "CKalsaeOneDNN", kind: .c, libraries: ["dnnl"]),
    Row(name: "CKalsaeSupport", kind: .c),
    Row(name: "CKalsaeHTTP", kind: .c, libraries: ["dl"]),
    Row(name: "CKalsaeDrivers", kind: .c),
    Row(name: "CKalsaeLessonTexts", kind: .c, excluded: ["texts"]),
    Row(name: "CKalsaePages", kind: .c, excluded: ["pages"]),
    Row(name: "CKalsaeMPI", kind: .c, excluded: ["shim"]),
    Row(name: "CZlib", kind: .system),
    Row(name: "KalsaeSupport", imports: ["CKalsaeSupport"]),
    Row(name: "KalsaeDistributed", imports: ["KalsaeSupport", "CKalsaeMPI"]),
    Row(name: "KalsaeGraph", imports: ["KalsaeSupport"]),
    Row(name: "KalsaeFiles", imports: ["KalsaeGraph", "CKalsaeImages", "CZlib", yams]),
    Row(name: "KalsaeRuns", imports: ["KalsaeFiles", grdb]),
    Row(name: "KalsaeSearch", imports: ["KalsaeRuns", "KalsaeDistributed", grdb]),
    Row(name: "KalsaePlots", imports: ["KalsaeSupport"]),
    Row(
        name: "KalsaeDashboard",
        imports: ["KalsaeRuns", "KalsaeSearch", "CKalsaePages"] + nio),
    Row(name: "KalsaeBackend", imports: ["KalsaeGraph"]),
    Row(name: "KalsaeLowering", imports: ["KalsaeBackend"]),
    Row(name: "KalsaeReference", imports: ["KalsaeBackend"]),
    Row(name: "KalsaeCPU", imports: ["KalsaeLowering", "CKalsaeKernels", "CKalsaeOneDNN"]),
    Row(name: "KalsaeGPU", imports: ["KalsaeLowering", "KalsaeFiles"]),
    Row(name: "KalsaeOpenCL", imports: ["KalsaeGPU", "CKalsaeDrivers"]),
    Row(name: "KalsaeCUDA", imports: ["KalsaeGPU", "CKalsaeDrivers"]),
    Row(
        name: "KalsaeTensor",
        imports: ["KalsaeCPU", "KalsaeCUDA", "KalsaeOpenCL", "CKalsaeSupport"]),
    Row(name: "KalsaeLayers", imports: ["KalsaeTensor"]),
    Row(name: "KalsaeOptimizers", imports: ["KalsaeTensor"]),
    Row(name: "KalsaeData", imports: ["KalsaeTensor", "KalsaeFiles", "CKalsaeHTTP"]),
    Row(
        name: "KalsaeTraining",
        imports: [
            "KalsaeLayers", "KalsaeOptimizers", "KalsaeData", "KalsaeRuns", "KalsaeDistributed",
        ]),
    Row(name: "Kalsae", imports: ["KalsaeTraining"]),
    Row(
        name: "KalsaeLessons",
        imports: ["Kalsae", "KalsaeSearch", "KalsaePlots", "CKalsaeLessonTexts"]),
    Row(
        name: "KalsaeTesting",
        imports: ["Kalsae", "KalsaeReference", "KalsaeSearch", "KalsaeDistributed"]),
    Row(
        name: "KalsaeCommand", kind: .executable,
        imports: [
            "Kalsae", "KalsaeDistributed", "KalsaeLessons", "KalsaeRuns", "KalsaeSearch",
            "KalsaePlots",
            "KalsaeDashboard", "CKalsaeOneDNN", argumentParser,
        ]),
    Row(name: "KalsaeSupportTests", kind: .test, imports: ["KalsaeSupport"]),
    Row(
        name: "KalsaeDistributedTests", kind: .test,
        imports: ["KalsaeDistributed", "KalsaeTesting"]),
    Row(name: "KalsaeGraphTests", kind: .test, imports: ["KalsaeGraph"]),
    Row(
        name: "KalsaeFilesTests", kind: .test, imports: ["KalsaeFiles", "KalsaeTesting"],
        excluded: ["Vectors"]),
    Row(name: "KalsaeRunsTests", kind: .test, imports: ["KalsaeRuns", "KalsaeTesting", grdb]),
    Row(
        name: "KalsaeSearchTests", kind: .test,
        imports: ["KalsaeSearch", "KalsaeDistributed", "KalsaeTesting", grdb],
        excluded: ["Vectors"]),
    Row(name: "KalsaePlotsTests", kind: .test, imports: ["KalsaePlots"]),
    Row(name: "KalsaeDashboardTests", kind: .test, imports: ["KalsaeDashboard"]),
    Row(name: "KalsaeBackendTests", kind: .test, imports: ["KalsaeReference"]),
    Row(name: "KalsaeReferenceTests", kind: .test, imports: ["KalsaeReference"]),
    Row(
        name: "KalsaeLoweringTests", kind: .test,
        imports: ["KalsaeLowering", "KalsaeReference", "KalsaeTesting"]),
    Row(name: "CKalsaeKernelsTests", kind: .test, imports: ["CKalsaeKernels"]),
    Row(
        name: "KalsaeCPUTests", kind: .test,
        imports: ["KalsaeCPU", "CKalsaeKernels", "KalsaeTesting"]),
    Row(
        name: "KalsaeOpenCLTests", kind: .test,
        imports: ["KalsaeOpenCL", "KalsaeGPU", "KalsaeTesting"]),
    Row(
        name: "KalsaeCUDATests", kind: .test,
        imports: ["KalsaeCUDA", "KalsaeGPU", "KalsaeTesting"]),
    Row(name: "KalsaeTensorTests", kind: .test, imports: ["KalsaeTesting"]),
    Row(name: "KalsaeDataTests", kind: .test, imports: ["KalsaeData", "KalsaeTesting"]),
    Row(
        name: "KalsaeOptimizersTests", kind: .test, imports: ["KalsaeTesting"],
        excluded: ["Vectors"]),
    Row(
        name: "KalsaeLayersTests", kind: .test, imports: ["KalsaeTesting"], excluded: ["Vectors"]),
    Row(name: "KalsaeTrainingTests", kind: .test, imports: ["KalsaeTraining", "KalsaeTesting"]),
    Row(name: "KalsaeLessonsTests", kind: .test, imports: ["KalsaeLessons"]),
    Row(
        name: "KalsaeCommandTests", kind: .test,
        imports: ["KalsaeCommand", "KalsaeOpenCL", "KalsaeRuns", "KalsaeFiles", "KalsaeTesting"]),
    Row(name: "TestSupportTests", kind: .test, imports: ["KalsaeTesting"]),
]

extension Row {
    var target: Target {
        let linked = libraries.map { LinkerSetting.linkedLibrary($0) }
        switch kind {
        case .swift, .c:
            return .target(
                name: name, dependencies: imports, exclude: excluded, linkerSettings: linked)
        case .executable:
            return .executableTarget(name: name, dependencies: imports, linkerSettings: linked)
        case .test:
            // Stored numbers are read by path, so that they need no bundle.
            return .testTarget(name: name, dependencies: imports, exclude: excluded)
        case .system:
            return .systemLibrary(
                name: name, pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])])
        }
    }
}

let package = Package(
    name: "kalsae",
    products: [
        .library(name: "Kalsae", targets: ["Kalsae"]),
        .library(name: "KalsaeRuns", targets: ["KalsaeRuns"]),
        .library(name: "KalsaeSearch", targets: ["KalsaeSearch"]),
        .library(name: "KalsaePlots", targets: ["KalsaePlots"]),
        .library(name: "KalsaeDashboard", targets: ["KalsaeDashboard"]),
        .library(name: "KalsaeTesting", targets: ["KalsaeTesting"]),
        .executable(name: "kalsae", targets: ["KalsaeCommand"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.100.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
    ],
    targets: rows.map(\.target),
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)
