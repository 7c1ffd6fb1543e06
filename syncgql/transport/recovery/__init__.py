"""What happens after a connection is lost: when to reconnect, and which operations go on."""
