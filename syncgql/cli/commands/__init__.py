"""The subcommands, one per module; each is a function named after its module."""
