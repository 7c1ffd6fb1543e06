"""What happens after a connection is lost: when to reconnect, and which operations continue. Knows no wire protocol."""
