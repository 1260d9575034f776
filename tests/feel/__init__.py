"""FEEL, as people write it and as it must never misbehave."""
