import ArgumentParser
import KalsaeFiles

struct SchemaVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Print the JSON schema of configuration files, for editors.",
        discussion: """
            Editors with a YAML language server take it by the first line of a file:
              # yaml-language-server: $schema=kalsae.schema.json

            Examples:
              kalsae schema > kalsae.schema.json
            """)

    func run() throws {
        try Console.print(ConfigurationSchema(try OptionCatalog.train()).json)
    }
}
