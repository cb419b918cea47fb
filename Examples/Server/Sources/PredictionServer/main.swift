// Serves a model that `kalsae train` wrote: POST /predict with a row, GET /model for its columns.
//
//     swift run -c release PredictionServer iris.safetensors 8080
//     curl -d '{"sepal_length": 5.1, "sepal_width": 3.5, "petal_length": 1.4, "petal_width": 0.2}' \
//         localhost:8080/predict
import Hummingbird
import Kalsae

guard CommandLine.arguments.count > 1, CommandLine.arguments.count < 4,
    let port = Int(CommandLine.arguments.dropFirst(2).first ?? "8080"),
    (0...65_535).contains(port)
else {
    throw KalsaeError(
        "PredictionServer", expected: "a model file, and a port from 0 to 65535",
        got: CommandLine.arguments.dropFirst().joined(separator: " "))
}
let predictor = try Predictor(path: CommandLine.arguments[1])

// SIGTERM and SIGINT let requests that began be answered, then end the program.
let app = Application(
    router: router(for: predictor),
    configuration: ApplicationConfiguration(
        address: .hostname("127.0.0.1", port: port), serverName: "kalsae"))
try await app.runService()
