import ArgumentParser
import KalsaeData
import KalsaeSupport

/// How images in files become rows of one size.
struct ImageOptions: ParsableArguments {
    @Option(
        help: """
            The size that images are scaled and cropped to, as in 32x32; without it the most frequent \
            one, at most 256 pixels long.
            """)
    var imageSize: String?

    @Option(
        help: """
            Numbers a pixel: 1 (gray), 2 (gray, alpha), 3 (RGB) or 4 (RGB, alpha); without it 3 where \
            an image has colors, else 1.
            """)
    var channels: Int?

    @Option(
        help: "Threads that decode images ahead; without it as many as cores but one, 1 to 4.")
    var workers: Int?

    /// The options for a set in files.
    func set() throws(KalsaeError) -> FileSet.Options {
        var options = FileSet.Options()
        if let imageSize {
            options.images.layout.size = try ImageLayout.Options.size(parsing: imageSize)
        }
        options.images.layout.channels = channels
        options.images.workers = workers
        return options
    }

    /// Throws where one is given for data that are no images.
    func refuse(for name: String) throws(KalsaeError) {
        guard imageSize != nil || channels != nil || workers != nil else { return }
        throw KalsaeError(
            "--image-size, --channels, --workers", expected: "a folder of images to go with",
            got: name)
    }
}
