"""The desk in the browser: pages made by the server, in every language that has a catalogue, usable without script."""
