"""How functions behind the API read a request. Only they carry it, and ``fastjsonschema`` with it."""
