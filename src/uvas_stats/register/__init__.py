"""Registers of persons in, counts out: the KAA, participants, and the size of a target group.

Persons are read, counted and forgotten; ``disclosure`` is the only door out. :mod:`uvas_stats.register.run` goes
the whole way for the command line; the steps are in modules of their own.
"""
