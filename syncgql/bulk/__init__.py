"""Work in bulk: many requests, pages of a list, repeated requests, several subscriptions."""
