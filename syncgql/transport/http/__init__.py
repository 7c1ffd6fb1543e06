"""What HTTP transports are made of: a request, who sends it, uploads, batches, and the errors of the libraries used."""
