"""What subscribers ask for: the filter language of `--where`, and the latest revision of what they have seen."""
