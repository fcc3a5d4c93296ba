"""An AWS emulator for one machine: resource provider, cloud, data plane and Lambda runtime."""
