"""Values, rules and services of the desk, and the ports they need. Imports attrs and the standard library, nothing else."""
