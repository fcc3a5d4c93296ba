"""CloudWatch at work: metrics of what really happens here, alarms on them, and their mails.

Periods are shortened by a factor, and ages of messages and events lengthened by it: an alarm sees what it
would see on AWS, sooner.
"""
