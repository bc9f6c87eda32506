"""The words that every room speaks: panels, evidence, claims, plans, answers, response curves.

A leaf of the import tree: nothing here knows a file, a database, a model or a graph.
Import from the module that is named after the thing (`liftos_agents.domain.evidence`).
"""
