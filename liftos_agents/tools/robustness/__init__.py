"""Attacks on a finished effect: the same tool on changed data and changed arguments, and what an unseen cause would need."""
