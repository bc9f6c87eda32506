"""Instrumental variables: first stage, estimators, tests that stay valid with weak instruments, screens of candidates."""
