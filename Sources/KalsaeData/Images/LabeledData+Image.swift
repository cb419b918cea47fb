import KalsaeFiles
import KalsaeSupport

extension LabeledData {
    /// A row as an image; nil where rows are no pixels of 1 to 4 channels.
    ///
    /// - Throws: a `KalsaeError` where there is no such row, and for a file that cannot be decoded.
    package func image(at row: Int) throws(KalsaeError) -> ImagePixels? {
        guard featureShape.count == 3, (1...4).contains(featureShape[2]) else { return nil }
        let bytes: [UInt8]
        switch try rows([row]).features {
        case .floats: return nil
        case .bytes(let values): bytes = values
        case .images(let images): bytes = try images.bytes(of: [0])
        }
        return try ImagePixels(
            width: featureShape[1], height: featureShape[0], channels: featureShape[2],
            bytes: bytes)
    }
}
