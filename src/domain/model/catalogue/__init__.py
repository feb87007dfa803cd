"""What vendors offer, and what a model is for."""
