"""One series before and after an intervention: its path without it, told by a state-space model of the time before."""
