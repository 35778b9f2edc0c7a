"""Well-known nets, built from the layers of the exercises: a module a net."""
