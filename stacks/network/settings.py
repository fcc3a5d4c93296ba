"""Settings of the network layer; the values of an environment are in ``Pulumi.<environment>.yaml``."""

from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Self

from shared.infra.naming import Names
from shared.infra.settings import SettingsReader


@dataclass(frozen=True)
class NetworkSettings:
    """What differs between environments."""

    names: Names
    allowed_account_ids: tuple[str, ...]
    """AWS accounts that the environment may live in; any unless set. Later layers go where this one is."""
    vpc_cidr: IPv4Network
    availability_zones: tuple[str, ...]
    """Where the private subnets are: two, so that the loss of one zone does not stop the pipeline."""
    endpoint_availability_zones: int
    """In how many of the zones the interface endpoints have an address: 1 is cheaper, 2 survives a zone."""

    @classmethod
    def read(cls) -> Self:
        """From the stack's configuration.

        Raises:
            SettingError: naming the key, the file and an example.
        """
        with SettingsReader("network") as reader:
            return cls(
                names=reader.names(),
                allowed_account_ids=reader.allowed_account_ids(),
                vpc_cidr=reader.network("vpc_cidr", longest_prefix=24),
                availability_zones=reader.availability_zones("availability_zones", count=2),
                endpoint_availability_zones=reader.integer(
                    "endpoint_availability_zones", minimum=1, maximum=2
                ),
            )
