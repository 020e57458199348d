"""Text as received and text as matched: normalisation with exact offsets, segments, sentences, tokens."""
