"""What an analyst decides while the pipeline runs: verdicts, rules, lists and snoozes."""
