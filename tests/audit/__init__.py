"""Evidence: tampering is found and named, replays agree, seals and exports hold."""
