"""The mandatory constraints as a policy pack: a preview with it refuses what breaks one."""
