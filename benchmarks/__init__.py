"""Every promise of speed or calibration, measured: `python -m benchmarks [NAME …]`."""
