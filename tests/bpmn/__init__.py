"""Tests of the process owners' files: diagrams, forms, scenarios, the demo organisation."""
