"""One environment has one engine at a time: what happens when the other one is asked."""

from dataclasses import dataclass
from pathlib import Path

from emulator.address import Emulator
from shared.infra.layers import LAYERS, deployment_order
from tools.local.engine.cli_arguments import DEPLOYING, PREVIEWING, CommandLine
from tools.local.engine.cli_home import CliHome
from tools.local.engine.errors import EngineError
from tools.local.engine.make_command import make_command
from tools.local.engine.state import StateStore


@dataclass(frozen=True)
class Engines:
    """What the two engines hold on the emulator of a run directory."""

    run_directory: Path
    emulator: Emulator

    def held_by_embedded(self) -> dict[str, int]:
        """How many resources the embedded engine has in each stack that has any."""
        folder = self.run_directory / "state"
        counts = {}
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            store = StateStore(self.run_directory, path.name, self.emulator.instance_id)
            states = (store.own(each) for each in LAYERS)
            counts[path.name] = sum(len(state.real_resources) for state in states if state)
        return {stack: count for stack, count in counts.items() if count}

    def held_by_cli(self) -> dict[str, int]:
        """How many resources the Pulumi CLI's engine has in each stack that has any."""
        home = CliHome(self.run_directory)
        return home.resources() if home.belongs_to(self.emulator) else {}

    def before_cli(self, command: CommandLine) -> None:
        """Clear the way for a command of the Pulumi CLI.

        Raises:
            EngineError: the embedded engine holds the environment, and this command is not to take it over.
        """
        if command.verb not in DEPLOYING | PREVIEWING or not (held := self.held_by_embedded()):
            return
        count = sum(held.values())
        deployed = f"the embedded engine has deployed this environment ({count} resources)"
        take_over = self._make("deploy", *held, engine="pulumi")
        if command.verb in PREVIEWING:
            raise EngineError(
                f"{deployed}, and everything would look new. Either preview with that engine: "
                f"{self._make('preview', *held)}; or hand over to the Pulumi CLI, which destroys them first: "
                f"{take_over}"
            )
        if command.layer != deployment_order()[0].name:
            raise EngineError(
                f"{deployed}. To hand it over to the Pulumi CLI, begin with the first layer: {take_over}"
            )
        from tools.local.engine import embedded  # noqa: PLC0415 - nothing else here needs a provider

        print(f"handing over: the embedded engine's {count} resources are destroyed first", flush=True)
        for stack in held:
            if embedded.destroy(embedded.Environment(stack, self.run_directory)):
                raise EngineError(
                    f"not handed over: what is named above stays; when its cause is gone: {take_over}"
                )

    def before_embedded(self, verb: str, stack: str) -> None:
        """Check that the embedded engine has the environment to itself.

        Raises:
            EngineError: the Pulumi CLI's engine holds resources there.
        """
        if not (held := self.held_by_cli()):
            return
        deployed = f"the Pulumi CLI has deployed this environment ({sum(held.values())} resources)"
        go_on = self._make(verb, stack, engine="pulumi")
        give_back = self._make("destroy", stack, engine="pulumi")
        if verb == "destroy":
            raise EngineError(f"{deployed}, and must take it down: {give_back}")
        raise EngineError(f"{deployed}: go on with it ({go_on}), or give it back first: {give_back}")

    def _make(self, verb: str, *stacks: str, engine: str = "") -> str:
        commands = (make_command(verb, stack, self.run_directory, engine=engine) for stack in stacks)
        return "; ".join(commands)
