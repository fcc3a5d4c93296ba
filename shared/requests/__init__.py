"""Request parsing for the functions behind the API; needs ``fastjsonschema``."""
