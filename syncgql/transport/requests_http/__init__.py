"""GraphQL over HTTP by the requests library."""
