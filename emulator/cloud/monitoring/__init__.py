"""CloudWatch: metrics of the running data plane, alarm evaluation and alarm actions.

Periods are shortened by a factor, and the ages of messages and events lengthened by it, so that alarms change
state as on AWS but sooner.
"""
