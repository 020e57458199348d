"""Text as every stage sees it: normalised, segmented, tokenised, folded and sketched, with offsets back to the article."""
