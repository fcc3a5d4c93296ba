"""What people run: one folder for each kind of person. Nothing of it is deployed."""
