"""The rules for lost connections: when to reconnect and which operations continue, for any protocol."""
