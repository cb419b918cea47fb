import CKalsaeSupport

/// What a node holds of others and lets go of.
///
/// Nodes hang together in chains of any length, also through the closures of custom gradients. What
/// ends while a thread lets go of something waits in that thread's list: calls within calls, one a
/// node, would end the stack.
struct NodeRemains {
    let operands: [TensorNode]
    let rule: TensorNode.GradientRule

    /// Lets go of everything, and of all that only it held.
    ///
    /// Nobody else may keep a copy meanwhile: `consume` makes sure of that without the optimizer.
    static func release(_ remains: consuming NodeRemains?) {
        if case .none = remains { return }
        if let list = kalsae_thread_pointer() {
            list.assumingMemoryBound(to: [NodeRemains?].self).pointee.append(consume remains)
            return
        }
        var waiting = [consume remains]
        withUnsafeMutablePointer(to: &waiting) { list in
            kalsae_set_thread_pointer(list)
            while list.pointee.popLast() != nil {}
            kalsae_set_thread_pointer(nil)
        }
    }
}
