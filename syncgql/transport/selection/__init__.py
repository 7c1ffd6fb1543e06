"""The selection of a client's transports according to its options."""
