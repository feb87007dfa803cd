"""Catalogues of models, and the classification of models."""
