/// A checkpoint of a run that lies on the disc.
public struct RunCheckpoint: Equatable, Sendable {
    /// Steps done.
    public var step: Int
    /// Epochs done.
    public var epoch: Int
    /// Milliseconds since 1970.
    public var time: Int
    /// The path of its file, from the run's folder.
    public var path: String
    /// The metric that it is judged by; nil where there is none.
    public var metric: Double?
    /// Whether it stays when newer ones come.
    public var isKept: Bool
    /// Whether it is the best so far.
    public var isBest: Bool
    /// The size of its file.
    public var bytes: Int

    /// A checkpoint.
    public init(
        step: Int, epoch: Int, path: String, metric: Double? = nil, isKept: Bool = false,
        isBest: Bool = false, bytes: Int = 0, time: Int = Timestamp.now
    ) {
        (self.step, self.epoch, self.time, self.path) = (step, epoch, time, path)
        (self.metric, self.isKept, self.isBest, self.bytes) = (metric, isKept, isBest, bytes)
    }
}

/// A file that a run made beside its checkpoints: a model, a table, a picture.
public struct RunArtifact: Equatable, Sendable {
    /// Its name.
    public var name: String
    /// What it is, in one word.
    public var kind: String
    /// The path of the file.
    public var path: String
    /// Its size.
    public var bytes: Int
    /// What identifies its bytes, as ``Store/fingerprint(ofFile:)`` gives it; empty where that is not
    /// known.
    public var fingerprint: String
    /// Milliseconds since 1970.
    public var time: Int

    /// An artifact.
    public init(
        name: String, kind: String, path: String, bytes: Int = 0, fingerprint: String = "",
        time: Int = Timestamp.now
    ) {
        (self.name, self.kind, self.path, self.bytes) = (name, kind, path, bytes)
        (self.fingerprint, self.time) = (fingerprint, time)
    }
}
