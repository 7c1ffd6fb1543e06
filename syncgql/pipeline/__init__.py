"""The steps of a call in the calling thread, from the facade to a transport."""
