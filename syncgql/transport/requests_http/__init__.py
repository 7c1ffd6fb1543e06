"""GraphQL over HTTP with the requests library."""
