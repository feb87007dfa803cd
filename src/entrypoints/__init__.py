"""The ways in: the command line and the REST interface, and the container that wires both."""
