"""Which pairs are worth measuring: of a whole catalogue, or of one draft against a kept one."""
