"""Hold the canvas of /inpainting, and what it can start from."""
