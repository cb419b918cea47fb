import ArgumentParser
import FoundationEssentials
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTraining

/// An optimizer by its name, or with settings as JSON.
struct OptimizerChoice: ExpressibleByArgument {
    let text: String

    /// The names, and what begins like JSON.
    init?(argument: String) {
        guard argument.hasPrefix("{") || Recipe.OptimizerName(rawValue: argument) != nil else {
            return nil
        }
        text = argument
    }

    static var allValueStrings: [String] { Recipe.OptimizerName.allCases.map(\.rawValue) }

    /// The name.
    func name() throws -> Recipe.OptimizerName {
        let name = text.hasPrefix("{") ? try spec().name : text
        guard let known = Recipe.OptimizerName(rawValue: name) else {
            throw KalsaeError(
                "--optimizer", expected: Self.allValueStrings.joined(separator: ", "), got: name)
        }
        return known
    }

    /// The settings that are given.
    func settings() throws -> [String: SettingValue] {
        text.hasPrefix("{") ? try spec().settings : [:]
    }

    private func spec() throws -> OptimizerSpec {
        do {
            return try JSONDecoder().decode(OptimizerSpec.self, from: Data(text.utf8))
        } catch let error as KalsaeError {
            throw error
        } catch {
            throw KalsaeError(
                "--optimizer", expected: #"JSON as {"optimizer": "adam", "beta1": 0.8}"#, got: text)
        }
    }
}

/// A schedule by its name, or with settings as JSON.
struct ScheduleChoice: ExpressibleByArgument {
    let text: String

    /// The names, and what begins like JSON.
    init?(argument: String) {
        guard argument.hasPrefix("{") || Recipe.ScheduleName(rawValue: argument) != nil else {
            return nil
        }
        text = argument
    }

    static var allValueStrings: [String] { Recipe.ScheduleName.allCases.map(\.rawValue) }

    /// The name; that of a constant one where settings say more.
    func name() throws -> Recipe.ScheduleName { Recipe.ScheduleName(rawValue: text) ?? .constant }

    /// The schedule with settings of its own; nil for a name.
    func custom() throws -> LearningRateSchedule? {
        guard text.hasPrefix("{") else { return nil }
        do {
            return try JSONDecoder().decode(LearningRateSchedule.self, from: Data(text.utf8))
        } catch let error as KalsaeError {
            throw error
        } catch {
            throw KalsaeError(
                "--schedule", expected: #"JSON as {"schedule": "cosine", "steps": 900}"#, got: text)
        }
    }
}
