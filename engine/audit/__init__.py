"""The hash chain of history: written, verified, sealed, replayed."""
