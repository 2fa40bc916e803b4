"""The market: what is traded, when, and at what prices.

`listing` gives the nodes, `sessions` when exchanges are open, `prices` a bar of each session and
security, `minutes` what happens within a session. All of it is a function of the world alone.
"""
