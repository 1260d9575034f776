"""Runs processes; knows no HTTP."""
