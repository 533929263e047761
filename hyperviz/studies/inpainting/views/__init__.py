"""Show more beside the one image of the inpainting page, a module a view."""
