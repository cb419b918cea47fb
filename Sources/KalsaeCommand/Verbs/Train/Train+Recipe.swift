import KalsaeData
import KalsaeFiles
import KalsaeLayers
import KalsaeSupport
import KalsaeTraining

extension Train {
    /// What a plain network learns.
    func source() throws -> Source {
        try locating {
            try Source(
                data, target: target, seed: seed, split: splitting, reading: reading.csv(),
                columns: columns.table(), memory: memoryLimit(), images: images)
        }
    }

    func recipe(for parts: DataParts) throws -> Recipe {
        let name = try Arguments.option("optimizer") { try optimizer?.name() ?? .adam }
        var recipe = Recipe(for: parts, optimizer: name)
        if let optimizer {
            recipe.optimizerSettings = try Arguments.option("optimizer") {
                try optimizer.settings()
            }
            if case .number(let rate)? = recipe.optimizerSettings["learningRate"] {
                recipe.learningRate = rate
            }
        }
        if let network {
            recipe.network = try Arguments.option("network") { try NetworkSource(network) }
        }
        recipe.augmentations = augment
        if let learningRate { recipe.learningRate = learningRate }
        if let epochs { recipe.epochs = epochs }
        // Who asks for a number of steps gets them, unless patience is asked for as well.
        if steps != nil { recipe.patience = nil }
        if let patience { recipe.patience = patience > 0 ? patience : nil }
        if let batch { recipe.batch = batch }
        recipe.steps = steps
        if let activation { recipe.activation = activation }
        recipe.order = order ?? .shuffled
        recipe.lastBatch = dropLast ? .dropped : .kept
        recipe.schedule = try schedule?.name() ?? .constant
        recipe.customSchedule = try Arguments.option("schedule") { try schedule?.custom() }
        recipe.clipNorm = clipNorm
        recipe.weightDecay = weightDecay
        if let monitor { recipe.monitor = monitor }
        recipe.logsGradients = recording.logGradients
        recipe.classWeights = try classWeights()
        recipe.seed = seed
        return recipe
    }

    /// The bytes that data may take.
    func memoryLimit() throws(KalsaeError) -> Int {
        guard let memory else { return ByteCount.mostData }
        return try ByteCount.bytes(parsing: memory, option: "--memory")
    }

    /// What `--class-weight` asks for.
    func classWeights() throws(KalsaeError) -> ClassWeights? {
        guard let classWeight else { return nil }
        return try ClassWeights(parsing: classWeight)
    }
}
