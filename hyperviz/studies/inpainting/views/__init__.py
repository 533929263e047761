"""What the inpainting page can show beside the one image, a module a view."""
