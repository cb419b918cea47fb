/// A kernel that can do several tasks in one launch, each with groups of work items of its own.
package struct JointKernel {
    /// What tasks of the same kernel have in common.
    package let name: String
    /// Storages that are arguments by themselves, which tasks may share.
    package let storages: Set<Int>
    /// Bytes of the arguments that each task has of its own.
    package let ownBytes: Int
    /// Bytes of memory that each task needs while it runs.
    package let workspaceBytes: Int

    /// Makes a description.
    package init(name: String, storages: Set<Int>, ownBytes: Int, workspaceBytes: Int = 0) {
        self.workspaceBytes = workspaceBytes
        self.name = name
        self.storages = storages
        self.ownBytes = ownBytes
    }
}
