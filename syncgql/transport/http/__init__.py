"""HTTP requests and responses: building, sending, reading, uploads."""
