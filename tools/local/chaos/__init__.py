"""`make chaos`: faults by a seeded plan, then the balance: nothing lost, told twice, or decided anew."""
