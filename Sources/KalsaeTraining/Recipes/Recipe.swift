import KalsaeData
import KalsaeGraph
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport

/// Everything that decides a training but the data: plain values with defaults by the data.
public struct Recipe: Sendable, Equatable {
    /// The network.
    public var network: NetworkSource
    /// Random changes of images, in training only.
    public var augmentations: [Augmentation] = []
    /// The function between layers, where the network is given by sizes.
    public var activation = Activation.relu
    /// Which optimizer.
    public var optimizer = OptimizerName.adam
    /// Settings of the optimizer beside the learning rate, by their names in its spec.
    public var optimizerSettings: [String: SettingValue] = [:]
    /// The learning rate.
    public var learningRate: Double
    /// How the rate changes over the training.
    public var schedule = ScheduleName.constant
    /// A schedule with settings of its own, in the place of a name.
    public var customSchedule: LearningRateSchedule?
    /// The largest norm of all gradients together; nil for no clipping.
    public var clipNorm: Double?
    /// How strongly weights are pulled toward 0, beside the gradient; nil for the optimizer's own
    /// way: 0.01 with `adamw`, else none.
    public var weightDecay: Double?
    /// How many times every row is seen, at most.
    public var epochs: Int
    /// The number of steps instead of epochs, if given.
    public var steps: Int?
    /// Rows per step.
    public var batch: Int
    /// Into how many micro-batches each batch is cut; 1 for none.
    public var microBatches = 1
    /// How many steps are taken together; see ``FitOptions/stepsPerExecution``.
    public var stepsPerExecution = 1
    /// Which rows make a batch.
    public var order = BatchOrder.shuffled
    /// What becomes of rows that do not fill a batch.
    public var lastBatch = LastBatch.kept
    /// Epochs without a better validation loss before training ends, by steps too; nil for never. The
    /// weights of the best epoch are kept in any case.
    public var patience: Int?
    /// What epochs are judged by: `loss`, or a metric of the validation data by its name.
    public var monitor = "loss"
    /// Whether inputs are standardized, images channel by channel and rows column by column, by the
    /// training rows alone; the network begins with that. Columns of tables are in any case.
    public var standardizes = false
    /// Whether norms of gradients and updates are metrics of the record.
    public var logsGradients = false
    /// How much rows of each class count in the loss; nil where all count alike.
    public var classWeights: ClassWeights?
    /// The seed of the split, the first weights and the shuffling.
    public var seed = 0

    /// Images below which batches are small.
    private static let fewImages = 1_000

    /// Rows that all epochs together have of a table that does not fit into memory.
    private static let streamedRows = 120_000_000

    /// What suits the data: the lectures' 4-8-8-3 for four inputs, one hidden layer of 50 for
    /// images, two of 64 and 32 for other tables; Adam, ended early by the validation loss. A table
    /// that is streamed has larger batches and fewer epochs.
    public init(for data: DataParts, optimizer: OptimizerName = .adam) {
        let inputs = data.train.featureShape.reduce(1, *)
        let outputs = data.train.targets.outputCount
        self.optimizer = optimizer
        let isSmall = data.trainCount < 5000
        learningRate = optimizer.defaultRate * (optimizer == .adam && isSmall ? 3 : 1)
        if data.train.featureShape.count > 1 {
            network = .sizes(NetworkSizes(sizes: [inputs, 50, outputs]))
            // Of few images an epoch is few steps.
            let isFew = data.trainCount < Self.fewImages
            (epochs, batch, patience) = isFew ? (60, 16, 10) : (20, 100, 3)
        } else {
            let hidden = inputs <= 4 ? [8, 8] : [64, 32]
            // Of eight ReLU units some never wake up; tanh has none that sleep.
            activation = inputs <= 4 ? .tanh : .relu
            network = .sizes(NetworkSizes(sizes: [inputs] + hidden + [outputs]))
            (epochs, batch, patience) = (isSmall ? 200 : 60, isSmall ? 16 : 64, isSmall ? 30 : 10)
            if data.streamed != nil {
                epochs = max(2, min(epochs, Self.streamedRows / max(1, data.trainCount)))
                batch = 256
            }
        }
    }
}
