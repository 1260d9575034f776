"""One verb per file: each takes a session, changes what it says, and never commits."""
