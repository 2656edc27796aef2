"""The hooks of a migration with ten plugins registered, beside the decoding of the same tickets."""
