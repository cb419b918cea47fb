import KalsaeBackend
import KalsaeGraph
import KalsaeSupport

/// Stands for a device that was asked for and cannot be had: all that it is asked throws why.
struct MissingDevice: Backend {
    let name: String
    let cause: KalsaeError

    func compile(_ graph: Graph, options: PlanOptions) throws(KalsaeError) -> any Plan {
        throw cause
    }

    func makeBuffer(byteCount: Int) throws(KalsaeError) -> Buffer { throw cause }

    func resident(_ buffer: Buffer) throws(KalsaeError) -> Buffer { throw cause }
}
