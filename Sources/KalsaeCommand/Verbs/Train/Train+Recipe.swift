import KalsaeData
import KalsaeFiles
import KalsaeLayers
import KalsaeSupport
import KalsaeTraining

extension Train {
    /// What a plain network learns.
    func source() throws -> Source {
        guard !isOfText else {
            throw KalsaeError(
                data, expected: "rows or images", got: "a text",
                advice: "kalsae train learns texts, a search does not")
        }
        let sizes = try networkSizes()
        return try locating {
            try Source(
                data, target: target, seed: seed, split: splitting, reading: reading.csv(),
                columns: columns.table(), memory: memoryLimit(), images: images
            ) { (inputs, outputs) throws(KalsaeError) in
                _ = try sizes?.completed(inputs: inputs, outputs: outputs)
            }
        }
    }

    /// The sizes that the network is given by, if it is.
    private func networkSizes() throws -> NetworkSizes? {
        guard let network else { return nil }
        let named = try Arguments.option("network") { try NetworkSource(network) }
        guard case .sizes(let sizes) = named else { return nil }
        return sizes
    }

    /// Throws for what can be told to be wrong before data are read, which may take long.
    func checkRecipe() throws {
        _ = try networkSizes()
        _ = try Arguments.option("optimizer") { try (optimizer?.name(), optimizer?.settings()) }
        _ = try Arguments.option("schedule") { try (schedule?.name(), schedule?.custom()) }
        _ = try classWeights()
        _ = try interventions()
        try checkStandardization()
    }

    /// Throws where inputs are standardized in any case.
    func checkStandardization() throws(KalsaeError) {
        let isTable = NamedSet(rawValue: data).map { $0 == .iris } ?? (FileSet(path: data) == nil)
        guard standardize, isTable else { return }
        throw KalsaeError(
            "--standardize", expected: "images or an NPZ file to go with", got: data,
            advice:
                "leave it out: columns of tables are standardized by their training rows in any case"
        )
    }

    func recipe(for parts: DataParts) throws -> Recipe {
        var own = try recipe { name in Recipe(for: parts, optimizer: name ?? .adam) }
        let network = own.network
        own.network = try Arguments.option("network") { try network.completed(for: parts.train) }
        return own
    }

    /// Tells the whole network where its hidden layers alone were given.
    func tellHiddenLayers(_ recipe: Recipe) throws {
        guard let given = try networkSizes(), case .sizes(let whole) = recipe.network,
            whole != given
        else { return }
        Notice.say("--network \(given): hidden layers; the network is \(whole)")
    }

    /// What suits some data, with all that the options say.
    ///
    /// - Parameter base: what suits them with an optimizer; nil for the usual one.
    func recipe(_ base: (Recipe.OptimizerName?) -> Recipe) throws -> Recipe {
        let name = try Arguments.option("optimizer") { try optimizer?.name() }
        var recipe = base(name)
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
        if let microBatches { recipe.microBatches = microBatches }
        try Self.check(microBatches: recipe.microBatches, batch: recipe.batch)
        if let stepsPerExecution { recipe.stepsPerExecution = stepsPerExecution }
        recipe.steps = steps
        if let activation { recipe.activation = activation }
        recipe.order = order ?? .shuffled
        recipe.lastBatch = dropLast ? .dropped : .kept
        if let schedule { recipe.schedule = try schedule.name() }
        recipe.customSchedule = try Arguments.option("schedule") { try schedule?.custom() }
        if let clipNorm { recipe.clipNorm = clipNorm }
        recipe.weightDecay = weightDecay
        if let monitor { recipe.monitor = monitor }
        recipe.standardizes = standardize
        recipe.logsGradients = recording.logGradients
        recipe.classWeights = try classWeights()
        recipe.seed = seed
        return recipe
    }

    /// The bytes that data may take.
    func memoryLimit() throws(KalsaeError) -> Int {
        guard let memory else { return ByteCount.mostData }
        let bytes = try ByteCount.bytes(parsing: memory, option: "--memory")
        guard bytes >= 1 << 20 else {
            let isPlain = memory.allSatisfy { $0.isNumber || $0 == "." }
            throw KalsaeError(
                "--memory", expected: "at least 1M", got: "\(memory), \(bytes) bytes",
                advice: isPlain ? "did you mean \(memory)M?" : "give more")
        }
        return bytes
    }

    /// What `--class-weight` asks for.
    func classWeights() throws(KalsaeError) -> ClassWeights? {
        guard let classWeight else { return nil }
        return try ClassWeights(parsing: classWeight)
    }
}
