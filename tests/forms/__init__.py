"""Forms: reading, checking and showing them, with and without a browser."""
