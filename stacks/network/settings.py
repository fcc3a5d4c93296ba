"""Settings of the network layer; the values of an environment are in ``Pulumi.<environment>.yaml``."""

from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Self

from shared.infra.naming import Names
from shared.infra.settings import SettingsReader


@dataclass(frozen=True)
class NetworkSettings:
    """Settings of an environment."""

    names: Names
    allowed_account_ids: tuple[str, ...]
    """Allowed AWS accounts of the environment; any unless set. Later layers use the account of this one."""
    vpc_cidr: IPv4Network
    availability_zones: tuple[str, ...]
    """Availability zones of the private subnets: two, so that the pipeline survives the loss of one."""
    endpoint_availability_zones: int
    """Number of zones with interface endpoints: 1 is cheaper, 2 survives the loss of a zone."""

    @classmethod
    def read(cls) -> Self:
        """Read the stack's configuration.

        Raises:
            SettingError: A setting is missing or invalid; names the key, the file and an example.
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
