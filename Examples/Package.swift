// swift-tools-version: 6.1
import PackageDescription

let kalsae = Target.Dependency.product(name: "Kalsae", package: "kalsae")

let package = Package(
    name: "kalsae-examples",
    // In a package of your own: .package(url: "…", branch: "main") of where you cloned from.
    dependencies: [.package(name: "kalsae", path: "..")],
    targets: ["FirstNetwork", "OwnLayer", "OwnLoop"].map { name in
        .executableTarget(name: name, dependencies: [kalsae])
    },
    swiftLanguageModes: [.v6])
