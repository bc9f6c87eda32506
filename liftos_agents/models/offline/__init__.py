"""The offline chat model: it follows, by rules, what it is told in the messages.

No key, no network, no clock; the same messages give the same tool calls.
"""
