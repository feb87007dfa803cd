"""The ways of speaking to vendors."""
