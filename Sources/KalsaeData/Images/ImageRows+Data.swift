import KalsaeBackend
import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

extension ImageRows {
    /// The rows as a tensor, `[count, height, width, channels]`, whose memory is filled when rows are
    /// waited for.
    func tensor() throws -> Tensor {
        // A device with memory of its own gets a copy, in which all must be there.
        let backend = Device.current.plans.backend
        let probe = try Buffer(byteCount: 1)
        if try backend.resident(probe) !== probe { try waitForAll() }
        return Tensor(buffer, TensorType(.uint8, Shape([sources.count] + layout.shape)))
    }

    /// Some of the images, decoded anew.
    func rows(_ rows: [Int]) throws(KalsaeError) -> ImageRows {
        try ImageRows(rows.map { sources[$0] }, layout: layout, workers: workers)
    }

    /// These images and then others of the same size; nil for those of another one.
    func appending(_ other: ImageRows) throws(KalsaeError) -> ImageRows? {
        guard layout == other.layout else { return nil }
        return try ImageRows(sources + other.sources, layout: layout, workers: workers)
    }
}

extension LabeledData {
    /// The images in files that the inputs are; nil for others.
    public var images: ImageRows? {
        if case .images(let rows) = features { rows } else { nil }
    }
}
