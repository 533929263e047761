"""One question a file: frozen Settings in, a stream of ever better Results out."""
