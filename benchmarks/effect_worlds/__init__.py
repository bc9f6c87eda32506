"""Simulated datasets with known effects, one module a tool: where its assumptions hold, and where one is broken.

A module names its worlds in `WORLDS`; `python -m benchmarks effect_coverage` plays them.
"""
