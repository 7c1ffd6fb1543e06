"""The subcommands, one per module; each is a function with the name of its module."""
