"""What a learner is given: labels with the day on which they became known, and splits.

A label has two clocks: when something happened, and when it became known, if ever. All that is
handed to a learner, in whatever format, takes both from here.
"""
