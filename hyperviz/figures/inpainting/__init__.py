"""Pictures of the inpainting study."""
