"""Draw the pictures of the prior study."""
