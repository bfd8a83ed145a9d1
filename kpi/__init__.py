"""The figures: pure arithmetic from call records and agent spans to every number that is shown.

``contributions`` turns one call or one agent span into counters per interval, ``cells`` adds and
replaces them, one file a measure turns counters into a ratio or a value, ``definitions`` says in
words what each of them is, ``levels`` decides when a figure is a warning. Nothing here knows a
clock, a database or a page: the live figure and the historical one come from the same functions.
"""
