"""Advertising copy from given facts alone.

Facts as they are given, lines within a platform's limits, and the checks that each line passes.
"""
