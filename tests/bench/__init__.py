"""Trying the whole program as it is run."""
