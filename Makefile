# The one door to this project. `make help` lists every command.
# Order of the layers, their owners and what depends on what: shared/infra/layers.py, nowhere else.

override SHELL := bash
override .SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.NOTPARALLEL:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

ifeq ($(wildcard shared/infra/layers.py),)
$(error Run make from the project's root, for example: make -C $(or $(patsubst %/,%,$(dir $(firstword $(MAKEFILE_LIST)))),..) $(MAKECMDGOALS))
endif

VERBS := preview deploy refresh drift outputs destroy
include tools/terminal/words.mk

VENV ?= .venv
READY ?= $(VENV)/.ready
BIN ?= $(VENV)/bin
fits = import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
same = import os, sys; sys.exit(not os.path.exists("$(VENV)/lib/python%d.%d" % sys.version_info[:2]))
PYTHON ?= $(shell for each in python3.11 python3.12 python3.13 python3; do "$$each" -c '$(fits)' 2>/dev/null && { command -v "$$each"; break; }; done)
PYTHON := $(PYTHON)
LAYERS := $(shell $(call quoted,$(PYTHON)) -m shared.infra.layers)
ifeq ($(LAYERS),)
$(error Python 3.11, 3.12 or 3.13 is required, and '$(PYTHON)' cannot read the layer graph: install one, or set it: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS))
endif
export PYTHON

ifneq ($(UNKNOWN),)
export MAKE_UNKNOWN := $(UNKNOWN)
export MAKE_TAKEN := $(TAKEN)
export MAKE_GOALS := $(GOALS)
.DEFAULT_GOAL := check-words
.PHONY: check-words
check-words:
	@"$$PYTHON" -m tools.terminal.unknown_words
.DEFAULT:
	@"$$PYTHON" -m tools.terminal.unknown_words
else

WORKERS ?= auto
LOCAL_DIRECTORY ?= build/local
ENGINES := embedded pulumi
ENGINE_IN_USE := $(or $(ENGINE),$(if $(filter local,$(ENV)),embedded,pulumi))
MUTATING := boundaries deploy refresh destroy smoke canary redrive load $(if $(FILE)$(RESET)$(CHALLENGER)$(PROMOTE)$(ALERTS_PER_DAY),rules) $(if $(LIST)$(SNOOZE),controls) $(if $(CHANGE),approve)
MUTATES := $(if $(filter $(foreach verb,$(MUTATING),$(verb) $(verb)-%),$(GOALS)),yes)
export $(TAKEN) GOALS ENGINE_IN_USE
MUTATES := $(strip $(MUTATES) $(if $(REPLAY),$(filter reconcile,$(GOALS))) $(if $(ERASE),$(filter erase,$(GOALS))))

##@ Start here
.PHONY: help setup engine checksums demo local
help: ## List the commands
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} \
	  /^[a-zA-Z0-9_%-]+:.*## / {printf "  %-22s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))
	@printf '\n  make demo DATA=file.csv[.xz|.gz] [LIMIT=rows] [OFFSET=rows to skip] [RATE=per second] replays a file.\n'
	@printf '  ENV= selects the environment: the files stacks/<layer>/Pulumi.<ENV>.yaml (dev, prod, or local).\n'
	@printf '  ENV=local uses an embedded engine; ENGINE=pulumi uses the Pulumi CLI.\n'

tell_of_interrupt = trap 'echo "setup: interrupted; run the same command again" >&2; exit 130' INT
setup: $(READY) ## Create the virtual environment from requirements.lock (hashes verified)

$(READY): requirements.lock pyproject.toml emulator/pyproject.toml
	@"$$PYTHON" -c '$(fits)' || { echo "Python 3.11, 3.12 or 3.13 is required, but $$PYTHON is $$("$$PYTHON" --version): make setup PYTHON=/path/to/python3.11" >&2; exit 1; }
	@echo "Setting up $(VENV) with $$("$$PYTHON" --version); on AWS the functions run on Python 3.11"
	@"$$PYTHON" -c '$(same)' 2>/dev/null || rm -rf $(VENV)
	@$(tell_of_interrupt); said=$$("$$PYTHON" -m venv $(VENV) 2>&1) || { echo "$$said" >&2; \
	  echo "$$PYTHON cannot create a virtual environment: install venv (Debian: apt-get install python3-venv), then: make setup" >&2; exit 1; }
	@$(tell_of_interrupt); $(BIN)/python -m pip install --disable-pip-version-check --require-hashes -r requirements.lock \
	  | "$$PYTHON" -m tools.terminal.setup_progress
	@$(tell_of_interrupt); PYTHONWARNINGS='ignore:Editable installation' $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable ./emulator --editable .
	@touch $(READY)

engine: $(READY) ## Check the Pulumi CLI; install one into .pulumi/ if there is none, or with PINNED=yes
	@[[ "$${PINNED:-yes}" == yes ]] || { echo 'PINNED must be yes or unset' >&2; exit 2; }
	@$(BIN)/python -m tools.deploy.engine $(if $(PINNED),--pinned)

checksums: $(READY) ## Update the checksums of the pinned Pulumi CLI and provider plugins, for review (needs internet access; after make lock)
	@$(BIN)/python -m tools.deploy.downloads

demo: $(READY) ## Run the full lifecycle on an embedded AWS: deploy, transactions, alerts, update, verdict, teardown [DESK=yes: open the desk before teardown]
	@[[ "$${DESK:-yes}" == yes ]] || { echo 'DESK must be yes or unset' >&2; exit 2; }
	@$(BIN)/python -m tools.local demo $(if $(DATA),"--data=$$DATA") $(if $(LIMIT),"--limit=$$LIMIT") $(if $(OFFSET),"--offset=$$OFFSET") $(if $(RATE),"--rate=$$RATE") $(if $(DESK),--desk)

local: $(READY) ## Deploy to the embedded AWS and keep it running until Ctrl-C; prints how to POST a transaction
	@$(BIN)/python -m tools.local up "--run-directory=$$LOCAL_DIRECTORY" $(if $(ENGINE),"--engine=$$ENGINE")

##@ Check
.PHONY: test lint typecheck bench backtest tune attacks worlds chaos fuzz openapi pictures show-order format lock supply-chain checkov reach privileges policy-pack contracts-page cost-page cost-usage boundary-files transcript
# Each file stays with one worker, which keeps what is deployed for it; every worker may hold an embedded AWS or two.
test: $(READY) ## Run every test this machine can run; lists skipped tests and why [ARGS=tests/policy WORKERS=0]
	@[[ "$$WORKERS" =~ ^([0-9]+|auto)$$ ]] || { echo "WORKERS=$${WORKERS@Q} is not a number of processes or auto" >&2; exit 2; }
	@$(split_args); $(BIN)/python -m pytest "--numprocesses=$$WORKERS" --dist loadfile "$${words[@]}"

lint: $(READY) ## Run ruff (rules and layout) and import-linter (imports between packages)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-logo

format: $(READY) ## Format the code with ruff
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

typecheck: $(READY) ## Run mypy in strict mode
	@$(BIN)/mypy

bench: $(READY) ## Measure speed and size against targets (minutes; writes build/bench.json)
	@$(split_args); $(BIN)/python -m tools.bench "$${words[@]}"

backtest: $(READY) ## Run the detector on a labelled file: DATA=file [LABEL_DELAY_DAYS= TUNE_EVERY_DAYS= RULES= AGAINST= SCORES= REPORT=]
	@[[ -n "$${DATA:-}" ]] || { echo 'DATA is missing: set it to a labelled file, for example: make backtest DATA=transactions.csv.xz' >&2; exit 2; }
	@$(BIN)/python -m tools.analyst.backtest $(if $(LABEL_DELAY_DAYS),"--label-delay-days=$$LABEL_DELAY_DAYS") $(if $(RULES),"--rules=$$RULES") \
	  $(if $(TUNE_EVERY_DAYS),"--tune-every-days=$$TUNE_EVERY_DAYS") \
	  $(if $(AGAINST),"--against=$$AGAINST") $(if $(SCORES),"--scores=$$SCORES") $(if $(REPORT),"--report=$$REPORT") -- "$$DATA"

tune: $(READY) ## Learn the scorecard from labelled history: DATA=file LABEL_DELAY_DAYS=7 [ALERTS_PER_DAY= RULES= OUT=rules.json REPORT=]
	@[[ -n "$${DATA:-}" ]] || { echo 'DATA is missing: set it to a labelled file, for example: make tune DATA=history.csv.xz LABEL_DELAY_DAYS=7' >&2; exit 2; }
	@$(BIN)/python -m tools.analyst.tune $(if $(LABEL_DELAY_DAYS),"--label-delay-days=$$LABEL_DELAY_DAYS") $(if $(RULES),"--rules=$$RULES") \
	  $(if $(ALERTS_PER_DAY),"--alerts-per-day=$$ALERTS_PER_DAY") $(if $(OUT),"--out=$$OUT") $(if $(REPORT),"--report=$$REPORT") -- "$$DATA"

attacks: $(READY) ## Run every known attack on the detector, and print the share caught (minutes) [ARGS='wave-* --seeds 3']
	@$(split_args); $(BIN)/python -m tests.attacks "$${words[@]}"

worlds: $(READY) ## Evaluate rules on generated worlds, without labels (a minute) [RULES=file.json AGAINST=file.json]
	@$(BIN)/python -m tools.analyst.worlds.judge $(if $(RULES),"--rules=$$RULES") $(if $(AGAINST),"--against=$$AGAINST")

chaos: $(READY) ## Inject faults into the embedded AWS from a seed, and verify that no transaction is lost, mailed twice or decided twice [N= SEED= RATE=] (build/chaos.json)
	@$(split_args); $(BIN)/python -m tools.local chaos $(if $(N),"--n=$$N") $(if $(SEED),"--seed=$$SEED") $(if $(RATE),"--rate=$$RATE") "$${words[@]}"

fuzz: $(READY) ## Send valid and invalid requests, generated from the OpenAPI document, to an embedded AWS; no 5xx, nothing refused is stored [N= SEED=] (build/fuzz.json)
	@$(split_args); $(BIN)/python -m tests.fuzz $(if $(N),"--n=$$N") $(if $(SEED),"--seed=$$SEED") "$${words[@]}"

pictures: $(READY) ## Update the screenshots of the desk in docs/pictures (needs chromium)
	@mkdir -p docs/pictures
	@PICTURES=docs/pictures $(BIN)/python -m pytest --quiet -k runs_off_the_screen tests/local/tools/analyst/desk

show-order: ## Print the layers in deployment order, with owners and upstream layers
	@"$$PYTHON" -m shared.infra.layers --table

contracts-page: $(READY) ## Generate docs/contracts.md from shared/infra/contracts.py
	@$(BIN)/python -m shared.infra.contracts_page > docs/contracts.md

supply-chain: $(READY) ## Scan for known vulnerabilities and secrets; write bills of materials (build/sbom)
	@$(BIN)/python -m tools.audit.supply_chain

checkov: $(READY) ## Check the programs with checkov; each finding needs a reason (needs uv on PATH)
	@$(BIN)/python -m tools.audit.terraform

reach: $(READY) ## Print what each function can reach over the network, and its permissions there (docs/network.md)
	@$(BIN)/python -m tools.audit.reach

privileges: $(READY) ## Compare each role's granted and used permissions on every path, deployers included (minutes; writes docs/privileges.md)
	@$(BIN)/python -m tools.audit.privileges

policy-pack: policy/.venv/.ready ## Set up the policy pack for: pulumi -C stacks/data preview --policy-pack ../../policy

policy/.venv/.ready: policy/requirements.lock
	@"$$PYTHON" -m venv policy/.venv
	@policy/.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r policy/requirements.lock
	@touch $@

openapi: $(READY) ## Generate the API's OpenAPI document (docs/openapi.json) from the programs
	@$(BIN)/python -m tools.audit.openapi > docs/openapi.json

boundary-files: $(READY) ## Generate the roles' permissions boundaries (tools/deploy/boundaries) from the programs
	@$(BIN)/python -m tools.audit.boundary_files

cost-page: check-env $(READY) ## Generate docs/cost.md and its plot from the settings of ENV=
	@$(BIN)/python -m tools.operate.cost "$$ENV" --page

cost-usage: $(READY) ## Measure a transaction's resource usage on an embedded AWS, for make cost (a minute)
	@$(BIN)/python -m tools.bench.usage

transcript: $(READY) ## Deploy, update and destroy with the Pulumi CLI on an embedded AWS, and write docs/transcript.md (minutes)
	@$(split_args); $(BIN)/python -m tools.local transcript "$${words[@]}"

lock: $(READY) ## Update requirements.lock from requirements.in and the emulator's requirements (needs uv on PATH)
	@command -v uv >/dev/null || { echo "uv is required: pip install uv, then: make lock" >&2; exit 1; }
	@uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet --output-file requirements.lock requirements.in emulator/pyproject.toml
	@uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet --output-file policy/requirements.lock policy/requirements.in

##@ An environment (ENV=dev, ENV=prod CONFIRM=prod, or ENV=local while `make local` runs)
.PHONY: doctor preflight stale history rights matrix boundaries deployers cost size load smoke canary redrive desk alerts account audit verdict rules challenger stability controls approve $(VERBS) $(foreach verb,$(VERBS),$(LAYERS:%=$(verb)-%))
doctor: check-env $(READY) ## Check the prerequisites of a deployment; prints each finding with its fix
	@$(BIN)/python -m tools.deploy.doctor "$$ENV" "--engine=$$ENGINE_IN_USE"

rights: check-env $(READY) ## Print each role's permissions and each job's IAM policy from the programs; as deployed: JOB=name, WRITE=folder for all
	@$(if $(JOB)$(WRITE),$(call with_outputs,audit.rights),$(BIN)/python -m tools.audit.rights "$$ENV") $(if $(JOB),"--job=$$JOB") $(if $(WRITE),"--write=$$WRITE")

matrix: check-env $(READY) ## Evaluate every permission of each role for every other role: all must be denied
	@$(BIN)/python -m tools.audit.matrix "$$ENV"

boundaries: check-env $(READY) ## Create the roles' permissions boundaries, as the account administrator; DELETE=yes after the roles are deleted
	@[[ "$${DELETE:-yes}" == yes ]] || { echo 'DELETE must be yes or unset' >&2; exit 2; }
	@$(aws) $(BIN)/python -m tools.deploy.boundaries "$$ENV" $(if $(DELETE),--delete)

deployers: check-env $(READY) ## Print the permissions that each layer's deployers need, with a reason for each wildcard [LAYER= ACCOUNT= REPOSITORY= WRITE=folder]
	@$(BIN)/python -m tools.audit.deployer_rights "$$ENV" $(if $(LAYER),"--layer=$$LAYER") $(if $(ACCOUNT),"--account=$$ACCOUNT") $(if $(REPOSITORY),"--repository=$$REPOSITORY") $(if $(WRITE),"--write=$$WRITE")

preflight: check-env $(READY) ## Check the account's quota for the reserved concurrency
	@[[ "$$ENV" != local ]] || { echo 'The embedded AWS has no quotas: preflight requires an environment on AWS, for example: make preflight ENV=dev' >&2; exit 2; }
	@$(BIN)/python -m tools.deploy.preflight "$$ENV"

preview: ## Show what deploy would change, layer by layer
deploy: ## Deploy the four layers in dependency order
refresh: ## Update the state of each layer from AWS
drift: ## Compare AWS with the programs, read-only; fails if they differ
outputs: ## Print each layer's outputs (secrets masked)
destroy: ## Destroy the four layers in reverse order

stale: check-env $(READY) ## List the layers that are out of date with their upstream layers, and the commands to run [LAYER=: only its readers]
	@$(stale-$(ENGINE_IN_USE)) $(if $(LAYER),"--layer=$$LAYER")

cost: check-env $(READY) ## Estimate the monthly cost by service and layer: PER_DAY=transactions [PEAK=transactions a second]
	@$(BIN)/python -m tools.operate.cost "$$ENV" $(if $(PER_DAY),"--per-day=$$PER_DAY") $(if $(PEAK),"--peak=$$PEAK")

size: check-env $(READY) ## Print the first limits reached at 1, 5 and 20 million transactions a day and at 1000 a second [PEAK=times the mean]
	@$(BIN)/python -m tools.operate.size "$$ENV" $(if $(PEAK),"--peak=$$PEAK")

# printenv, because bash counts its own SECONDS up.
load: check-env $(READY) ## Send RATE= transactions a second for SECONDS=; prints how many were accepted, latency and backlog (build/load.json)
	@[[ -n "$${RATE:-}" && -n "$$(printenv SECONDS)" ]] || { echo 'RATE and SECONDS are required, for example: RATE=50 SECONDS=60' >&2; exit 2; }
	@$(call with_outputs,bench.load) "--rate=$$RATE" "--seconds=$$(printenv SECONDS)"

smoke: check-env $(READY) ## Send a synthetic fraud through the deployed pipeline, time each hop, clean up
	@$(split_args); $(call with_outputs,operate.smoke) "$${words[@]}"

canary: check-env $(READY) ## Run the smoke test as the nightly job does: mails the operators, and counts successes for canary-absence-alarm
	@$(split_args); $(call with_outputs,operate.smoke.canary) "$${words[@]}"

redrive: check-env $(READY) ## Retry messages from a dead-letter queue: QUEUE=name
	@$(split_args); $(call with_outputs,operate.redrive) $(if $(QUEUE),"--queue=$$QUEUE") "$${words[@]}"

.PHONY: reconcile export erase
reconcile: check-env $(READY) ## Find transactions not decided, recorded or mailed: SINCE=2026-11-22T21:00 [UNTIL=time RATE=per second]; resend them: REPLAY=yes
	@[[ "$${REPLAY:-yes}" == yes ]] || { echo 'REPLAY must be yes or unset' >&2; exit 2; }
	@[[ -n "$${SINCE:-}" ]] || { echo 'SINCE is missing, for example: SINCE=2026-11-22T21:00 (UTC)' >&2; exit 2; }
	@$(split_args); $(call with_outputs,operate.reconcile) "--since=$$SINCE" $(if $(UNTIL),"--until=$$UNTIL") $(if $(RATE),"--rate=$$RATE") \
	  $(if $(REPLAY),--replay) "$${words[@]}"

export: check-env $(READY) ## Export the stored data of accounts to a file: ACCOUNT='id id'
	@$(call with_outputs,operate.person) export "--accounts=$${ACCOUNT:-}"

erase: check-env $(READY) ## List the stored data of accounts: ACCOUNT='id id'; erase it: ERASE=yes
	@[[ "$${ERASE:-yes}" == yes ]] || { echo 'ERASE must be yes or unset' >&2; exit 2; }
	@$(call with_outputs,operate.person) erase "--accounts=$${ACCOUNT:-}" $(if $(ERASE),--yes)

desk: check-env $(READY) ## Serve the analyst's desk on localhost until Ctrl-C, with your own credentials [BY=name DAYS=30 PORT=]
	@$(call with_outputs,analyst.desk) $(if $(BY),"--by=$$BY") $(if $(DAYS),"--days=$$DAYS") $(if $(PORT),"--port=$$PORT")

alerts: check-env $(READY) ## List alerts, newest first [STATUS=OPEN|CONFIRMED_FRAUD|LEGITIMATE|ALL ACCOUNT= REASON= SINCE=7d ARGS=--json]
	@$(split_args); $(call with_outputs,analyst.alerts) $(if $(STATUS),"--status=$$STATUS") $(if $(ACCOUNT),"--account=$$ACCOUNT") \
	  $(if $(REASON),"--reason=$$REASON") $(if $(SINCE),"--since=$$SINCE") "$${words[@]}"

account: check-env $(READY) ## Show ACCOUNT=id|pseudonym, or the account of TRANSACTION=id [OUT=file.json: all its stored data]
	@$(call with_outputs,analyst.account) $(if $(ACCOUNT),"--account=$$ACCOUNT") $(if $(TRANSACTION),"--transaction=$$TRANSACTION") $(if $(OUT),"--out=$$OUT")

audit: check-env $(READY) ## Show the audit trail: who decided, listed, snoozed or published what, when and why [SINCE=30d BY=name OUT=file.csv]
	@$(call with_outputs,analyst.audit) $(if $(SINCE),"--since=$$SINCE") $(if $(BY),"--by=$$BY") $(if $(OUT),"--out=$$OUT")

history: check-env $(READY) ## Export the transactions, labelled by their verdicts, for make tune: OUT=history.csv.xz [LABEL_DELAY_DAYS=7]
	@mkdir -p build
	@$(call with_outputs,analyst.history) $(if $(OUT),"--out=$$OUT") $(if $(LABEL_DELAY_DAYS),"--label-delay-days=$$LABEL_DELAY_DAYS")

verdict: check-env $(READY) ## Record a verdict: TRANSACTION=id (or ACCOUNT=id|pseudonym with one open alert) VERDICT=confirmed_fraud|legitimate BY=name [NOTE=why] [TIMESTAMP=]
	@$(if $(and $(TRANSACTION)$(ACCOUNT),$(VERDICT),$(BY)),,echo "Set all three: make verdict $$MAKE_SETTINGS TRANSACTION=id VERDICT=confirmed_fraud BY=your-name" >&2; exit 2)
	@$(call with_outputs,analyst.verdict) $(if $(TRANSACTION),"--transaction=$$TRANSACTION") $(if $(ACCOUNT),"--account=$$ACCOUNT") \
	  "--verdict=$$VERDICT" "--by=$$BY" $(if $(NOTE),"--note=$$NOTE") $(if $(TIMESTAMP),"--timestamp=$$TIMESTAMP")

rules: check-env $(READY) ## Show the detector's rules [HISTORY=yes] [OUT=file]; publish: FILE=rules.json and/or ALERTS_PER_DAY=50, PROMOTE=yes (the challenger), RESET=yes (the package's); set a challenger: CHALLENGER=rules.json|none; BY=name [NOTE=why DAYS=28 FORCE=yes]
	@[[ "$${RESET:-yes}" == yes ]] || { echo 'RESET must be yes or unset' >&2; exit 2; }
	@[[ "$${PROMOTE:-yes}" == yes ]] || { echo 'PROMOTE must be yes or unset' >&2; exit 2; }
	@[[ "$${FORCE:-yes}" == yes ]] || { echo 'FORCE must be yes or unset' >&2; exit 2; }
	@[[ "$${HISTORY:-yes}" == yes ]] || { echo 'HISTORY must be yes or unset' >&2; exit 2; }
	@$(split_args); $(call with_outputs,analyst.rules) $(if $(FILE),"--file=$$FILE") $(if $(RESET),--reset) $(if $(OUT),"--out=$$OUT") \
	  $(if $(CHALLENGER),"--challenger=$$CHALLENGER") $(if $(PROMOTE),--promote) $(if $(ALERTS_PER_DAY),"--alerts-per-day=$$ALERTS_PER_DAY") \
	  $(if $(DAYS),"--days=$$DAYS") $(if $(HISTORY),--history) $(if $(FORCE),--force) $(signed) "$${words[@]}"

challenger: check-env $(READY) ## Compare the challenger with the rules in force on the payments scored by both [SINCE=7d]
	@$(call with_outputs,analyst.challenger) $(if $(SINCE),"--since=$$SINCE")

stability: check-env $(READY) ## Show the weekly drift of payments from the training data [TRAINING=build/tune/training.json]; publish it to CloudWatch: PUBLISH=yes
	@[[ "$${PUBLISH:-yes}" == yes ]] || { echo 'PUBLISH must be yes or unset' >&2; exit 2; }
	@$(call with_outputs,analyst.stability) $(if $(TRAINING),"--training=$$TRAINING") $(if $(PUBLISH),--publish)

controls: check-env $(READY) ## Show all controls in force, or those of ACCOUNT=id|pseudonym, TRANSACTION=id or MERCHANT=id [HISTORY=yes]; set: LIST=allow|watch|deny|none [UNTIL=date], SNOOZE=2h|none [AMOUNT=USD|any]; BY=name [NOTE=why]
	@[[ "$${HISTORY:-yes}" == yes ]] || { echo 'HISTORY must be yes or unset' >&2; exit 2; }
	@$(split_args); $(call with_outputs,analyst.controls) $(if $(ACCOUNT),"--account=$$ACCOUNT") $(if $(MERCHANT),"--merchant=$$MERCHANT") \
	  $(if $(TRANSACTION),"--transaction=$$TRANSACTION") $(if $(HISTORY),--history) \
	  $(if $(LIST),"--list=$$LIST") $(if $(UNTIL),"--until=$$UNTIL") $(if $(SNOOZE),"--snooze=$$SNOOZE") $(if $(AMOUNT),"--amount=$$AMOUNT") $(signed) "$${words[@]}"

approve: check-env $(READY) ## List changes that wait for a second person; approve one: CHANGE=id BY=name [NOTE=why]
	@$(call with_outputs,analyst.approve) $(if $(CHANGE),"--change=$$CHANGE") $(signed)

##@ One layer, by its owner: append -network, -data, -compute or -alerting, as in make deploy-compute ENV=dev

.PHONY: check-env
check-env:
	@[[ -n "$${ENV:-}" ]] || { echo "ENV is missing, for example: make $$GOALS ENV=dev" >&2; exit 2; }
	@[[ "$$ENV" =~ ^[a-z][a-z0-9-]{0,14}$$ ]] || { echo "ENV=$${ENV@Q} is not an environment name: use at most 15 lower-case letters, digits and '-', for example: ENV=dev" >&2; exit 2; }
	@for layer in $(LAYERS); do [[ -f "stacks/$$layer/Pulumi.$$ENV.yaml" ]] || { \
	  echo "ENV='$$ENV' has no stacks/$$layer/Pulumi.$$ENV.yaml: copy stacks/$$layer/Pulumi.dev.yaml there and set its values" >&2; exit 2; }; done
	@[[ "$$ENGINE_IN_USE" =~ ^(embedded|pulumi)$$ ]] || { echo "ENGINE=$${ENGINE_IN_USE@Q} is not an engine; choose from: $(ENGINES)" >&2; exit 2; }
	@[[ "$$ENGINE_IN_USE" == pulumi || "$$ENV" == local ]] || { echo 'The embedded engine deploys only to the embedded AWS: set ENV=local, or unset ENGINE' >&2; exit 2; }
	@[[ -z "$${CONFIG:-}" || "$$ENV" == local ]] || { echo "CONFIG requires ENV=local: the settings of $$ENV are in stacks/<layer>/Pulumi.$$ENV.yaml" >&2; exit 2; }
	@[[ "$$ENV" != prod || "$${CONFIRM:-}" == prod || -z '$(MUTATES)' ]] || { \
	  echo "This changes production. To continue: make $$GOALS ENV=prod CONFIRM=prod" >&2; exit 2; }

# How this environment was named, for the commands that messages tell to run; they add LOCAL_DIRECTORY themselves.
export MAKE_SETTINGS := $(if $(ENV),ENV=$(ENV)$(if $(filter prod,$(CONFIRM)), CONFIRM=prod)$(if $(ENGINE), ENGINE=$(ENGINE)))

# One command line starts the Pulumi CLI wherever it is used (tools/deploy/pulumi_command.py).
ifeq ($(ENV),local)
override PULUMI := $(BIN)/python -m tools.local pulumi --run-directory=$(call quoted,$(LOCAL_DIRECTORY)) --
else
PULUMI ?= $(or $(wildcard .pulumi/bin/pulumi),pulumi)
endif
ifneq ($(ENV),)
export PULUMI
endif

# Both engines keep the order themselves, and say how to go on where they stop.
engine-embedded = tools.local
engine-pulumi = tools.deploy
where-embedded = "--run-directory=$$LOCAL_DIRECTORY"
operate = $(if $(CONFIG),$(split_config);) $(BIN)/python -m $(engine-$(ENGINE_IN_USE)) $(1) "--environment=$$ENV" $(where-$(ENGINE_IN_USE)) $(if $(CONFIG),"$${settings[@]}")

# Where the CLI deploys onto the embedded AWS, other clients of AWS talk to it too.
aws-pulumi = $(aws)
aws = $(if $(filter local,$(ENV)),variables=$$($(BIN)/python -m tools.local environment $(where-embedded)); eval "$$variables";)

# $(1) a command of tools/ that reads what the layers export.
with_outputs = $(aws) outputs=$$($(call operate,outputs) --json); printf '%s' "$$outputs" | $(BIN)/python -m tools.$(1) "$$ENV" --outputs -

# Who, and why.
signed = $(if $(BY),"--by=$$BY") $(if $(NOTE),"--note=$$NOTE")

stale-pulumi = $(BIN)/python -m tools.deploy.stale "$$ENV"
stale-embedded = $(call operate,preview) --json | $(stale-pulumi) --plan -

$(VERBS): check-env $(READY)
	@$(aws-$(ENGINE_IN_USE)) $(call operate,$@)

define layer_targets
$(VERBS:%=%-$(1)): check-env $$(READY)
	@$$(aws-$$(ENGINE_IN_USE)) $$(call operate,$$(@:%-$(1)=%)) --layer $(1)
endef
$(foreach layer,$(LAYERS),$(eval $(call layer_targets,$(layer))))

##@ Clean up
.PHONY: clean
clean: ## Remove build/, caches and the virtual environment
	@rm -rf build $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info emulator/*.egg-info emulator/build
endif
