"""Tasks of the event loop behind the ports for background work and for coalescing."""
