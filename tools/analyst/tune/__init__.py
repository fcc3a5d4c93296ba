"""`make tune`: learn the scorecard's points from labelled history; what is not better is not written."""
