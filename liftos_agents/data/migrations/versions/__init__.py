"""One file a revision, named `NNNN_what.py`, whose revision id is `NNNN`; each follows the one before."""
