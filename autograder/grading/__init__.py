"""The instructor's half: release, judge, nbgrader's step, the class."""
