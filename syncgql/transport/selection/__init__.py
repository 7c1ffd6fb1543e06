"""Which transports a client uses, chosen from its options."""
