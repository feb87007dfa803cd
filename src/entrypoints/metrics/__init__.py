"""What `/metrics` answers: counters that all workers share, and figures of the desk."""
