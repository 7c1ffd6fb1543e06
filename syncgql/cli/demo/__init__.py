"""``syncgql demo``: a GraphQL server and a client that sends it requests."""
