extension Int {
    /// A count with its noun, as in `1 epoch` and `3 epochs`.
    ///
    /// - Parameters:
    ///   - noun: what is counted, in the singular.
    ///   - plural: the plural where it is not the noun with an s.
    package func counting(_ noun: String, _ plural: String? = nil) -> String {
        "\(self) \(self == 1 ? noun : plural ?? "\(noun)s")"
    }
}
