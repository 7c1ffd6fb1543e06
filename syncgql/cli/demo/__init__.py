"""``syncgql demo``: a real GraphQL server and a client that talks to it."""
