// swift-tools-version: 6.1
import PackageDescription

let package = Package(
    name: "prediction-server",
    dependencies: [
        // In a package of your own: .package(url: "…", branch: "main") of where you cloned from.
        .package(name: "kalsae", path: "../.."),
        .package(
            url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0", traits: []),
    ],
    targets: [
        .executableTarget(
            name: "PredictionServer",
            dependencies: [
                .product(name: "Kalsae", package: "kalsae"),
                .product(name: "Hummingbird", package: "hummingbird"),
            ])
    ],
    swiftLanguageModes: [.v6])
