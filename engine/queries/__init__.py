"""Read only: one file per page or question."""
