"""The parts of WebSocket transports: sockets, logical connections that outlive them, and the pool."""
