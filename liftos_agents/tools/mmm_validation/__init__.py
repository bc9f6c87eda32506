"""Trials of a marketing-mix fit: what it forecasts, what it finds where the truth is known, and what moves it."""
