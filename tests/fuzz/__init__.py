"""Requests made from the API's OpenAPI document, and what each must be answered: `make fuzz`."""
