"""What all commands share: a case under its lock, and the writing of what a step caused."""
