"""Stage 2: whether an article repeats another, and whether it says anything new."""
