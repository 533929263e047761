"""Draw the pictures of the inpainting study."""
