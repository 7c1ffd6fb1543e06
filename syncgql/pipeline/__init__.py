"""The way of a request through a client, in the calling thread, from the facade to a transport."""
