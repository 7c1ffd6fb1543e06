"""The only place that knows threads: the loop thread, the channel out of it, and what belongs to one process."""
