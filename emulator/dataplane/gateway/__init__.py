"""The REST API gateway: serves the stages that are deployed."""
