"""Which design a table of any subject supports for a question in words: columns read, structure found, designs ranked."""

from __future__ import annotations
