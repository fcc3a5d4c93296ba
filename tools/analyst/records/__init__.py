"""What the analyst's commands and desk read: alerts and changes by index, single items by key."""
