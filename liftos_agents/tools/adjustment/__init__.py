"""Adjustment for measured controls: cross-fitting, weighting, matching, regression, and what they rest on.

The mathematics of the tool `estimate_effect`; figures in, figures out.
"""
