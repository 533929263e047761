"""Draw the claims of the paper as pictures and as a page: small SVGs of the studies' own figures, rows, a report."""
