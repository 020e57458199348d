"""What a site puts around every article: learned from its latest articles, told by how many of them hold it."""
