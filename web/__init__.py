"""The window of people onto the engine: pages, REST and the command line."""
