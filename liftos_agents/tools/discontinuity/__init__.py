"""Regression discontinuity: local polynomials at a cutoff, bandwidths, robust intervals, density and falsification tests."""
