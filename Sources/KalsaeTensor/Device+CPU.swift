import KalsaeBackend
import KalsaeGraph
import KalsaeSupport

extension Device {
    /// The processor of this machine.
    public static let cpu = Device(NoBackend())
}
struct NoBackend: Backend {
    var name: String { "none" }
    func compile(_ graph: Graph, options: PlanOptions) throws(KalsaeError) -> any Plan {
        throw KalsaeError("backend", expected: "one", got: "none")
    }
}
