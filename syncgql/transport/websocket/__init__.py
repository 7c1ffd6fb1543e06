"""What transports over WebSocket are made of: one socket, logical connections that outlive sockets, and their pool."""
