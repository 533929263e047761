"""Pictures of the prior study."""
