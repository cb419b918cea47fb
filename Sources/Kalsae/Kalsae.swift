// `import Kalsae` shows everything that a program needs to train and use networks.
@_exported import KalsaeData
@_exported import KalsaeGraph
@_exported import KalsaeLayers
@_exported import KalsaeOptimizers
@_exported import KalsaeSupport
@_exported import KalsaeTensor
@_exported import KalsaeTraining
