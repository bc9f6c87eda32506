"""Forecasts of a series with a fan that a backtest calibrates."""
