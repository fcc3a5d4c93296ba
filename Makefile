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
$(error Python 3.11, 3.12 or 3.13 is needed and '$(PYTHON)' cannot read the layer graph: install one, or name it: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS))
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
	@printf '\n  make demo DATA=file.csv[.xz|.gz] [LIMIT=rows] [OFFSET=rows to skip] [RATE=a second] replays a file.\n'
	@printf '  ENV= names the environment: a set of stacks/<layer>/Pulumi.<ENV>.yaml (dev, prod), or local.\n'
	@printf '  ENV=local is deployed by an embedded engine; ENGINE=pulumi does it by the Pulumi CLI.\n'

tell_of_interrupt = trap 'echo "setup: interrupted; the same command starts anew" >&2; exit 130' INT
setup: $(READY) ## Make the virtual environment from requirements.lock (hashes checked)

$(READY): requirements.lock pyproject.toml emulator/pyproject.toml
	@"$$PYTHON" -c '$(fits)' || { echo "Python 3.11, 3.12 or 3.13 is needed, $$PYTHON is $$("$$PYTHON" --version): make setup PYTHON=/path/to/python3.11" >&2; exit 1; }
	@echo "Setting up $(VENV) with $$("$$PYTHON" --version); on AWS the functions run on Python 3.11"
	@"$$PYTHON" -c '$(same)' 2>/dev/null || rm -rf $(VENV)
	@$(tell_of_interrupt); said=$$("$$PYTHON" -m venv $(VENV) 2>&1) || { echo "$$said" >&2; \
	  echo "$$PYTHON cannot make a virtual environment: install venv (Debian: apt-get install python3-venv), then: make setup" >&2; exit 1; }
	@$(tell_of_interrupt); $(BIN)/python -m pip install --disable-pip-version-check --require-hashes -r requirements.lock \
	  | "$$PYTHON" -m tools.terminal.setup_progress
	@$(tell_of_interrupt); PYTHONWARNINGS='ignore:Editable installation' $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable ./emulator --editable .
	@touch $(READY)

engine: $(READY) ## Say which Pulumi CLI deploys this; install one into .pulumi/ where there is none, or PINNED=yes
	@[[ "$${PINNED:-yes}" == yes ]] || { echo 'PINNED is yes, or left away' >&2; exit 2; }
	@$(BIN)/python -m tools.deploy.engine $(if $(PINNED),--pinned)

checksums: $(READY) ## Write the checksums of the pinned Pulumi CLI and provider plugins anew, to be reviewed (needs the internet; after make lock)
	@$(BIN)/python -m tools.deploy.downloads

demo: $(READY) ## The whole life on an embedded AWS: deploy, transactions, alerts, update, verdict, teardown [DESK=yes: the analyst's page before the end]
	@[[ "$${DESK:-yes}" == yes ]] || { echo 'DESK is yes, or left away' >&2; exit 2; }
	@$(BIN)/python -m tools.local demo $(if $(DATA),"--data=$$DATA") $(if $(LIMIT),"--limit=$$LIMIT") $(if $(OFFSET),"--offset=$$OFFSET") $(if $(RATE),"--rate=$$RATE") $(if $(DESK),--desk)

local: $(READY) ## Keep the embedded AWS running and deployed until Ctrl-C; says how to POST a transaction
	@$(BIN)/python -m tools.local up "--run-directory=$$LOCAL_DIRECTORY" $(if $(ENGINE),"--engine=$$ENGINE")

##@ Check
.PHONY: test lint typecheck bench backtest tune attacks worlds chaos fuzz openapi pictures show-order format lock supply-chain checkov reach privileges policy-pack contracts-page cost-page cost-usage boundary-files transcript
# Each file stays with one worker, which keeps what is deployed for it; every worker may hold an embedded AWS or two.
test: $(READY) ## Run every test this machine can run; names what it left out and why [ARGS=tests/policy WORKERS=0]
	@[[ "$$WORKERS" =~ ^([0-9]+|auto)$$ ]] || { echo "WORKERS=$${WORKERS@Q} is not a number of processes, or auto" >&2; exit 2; }
	@$(split_args); $(BIN)/python -m pytest "--numprocesses=$$WORKERS" --dist loadfile "$${words[@]}"

lint: $(READY) ## ruff: rules and layout; import-linter: arrows between the rooms
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-logo

format: $(READY) ## Let ruff lay out the code
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

typecheck: $(READY) ## mypy, strict
	@$(BIN)/mypy

bench: $(READY) ## Measure speed and size against their targets (minutes; writes build/bench.json)
	@$(split_args); $(BIN)/python -m tools.bench "$${words[@]}"

backtest: $(READY) ## Judge a labelled file as the detector would: DATA=file [LABEL_DELAY_DAYS= TUNE_EVERY_DAYS= RULES= AGAINST= SCORES= REPORT=]
	@[[ -n "$${DATA:-}" ]] || { echo 'DATA is missing: name a labelled file, for example: make backtest DATA=transactions.csv.xz' >&2; exit 2; }
	@$(BIN)/python -m tools.analyst.backtest $(if $(LABEL_DELAY_DAYS),"--label-delay-days=$$LABEL_DELAY_DAYS") $(if $(RULES),"--rules=$$RULES") \
	  $(if $(TUNE_EVERY_DAYS),"--tune-every-days=$$TUNE_EVERY_DAYS") \
	  $(if $(AGAINST),"--against=$$AGAINST") $(if $(SCORES),"--scores=$$SCORES") $(if $(REPORT),"--report=$$REPORT") -- "$$DATA"

tune: $(READY) ## Learn the scorecard from labelled history: DATA=file LABEL_DELAY_DAYS=7 [ALERTS_PER_DAY= RULES= OUT=rules.json REPORT=]
	@[[ -n "$${DATA:-}" ]] || { echo 'DATA is missing: name a labelled file, for example: make tune DATA=history.csv.xz LABEL_DELAY_DAYS=7' >&2; exit 2; }
	@$(BIN)/python -m tools.analyst.tune $(if $(LABEL_DELAY_DAYS),"--label-delay-days=$$LABEL_DELAY_DAYS") $(if $(RULES),"--rules=$$RULES") \
	  $(if $(ALERTS_PER_DAY),"--alerts-per-day=$$ALERTS_PER_DAY") $(if $(OUT),"--out=$$OUT") $(if $(REPORT),"--report=$$REPORT") -- "$$DATA"

attacks: $(READY) ## Run each known attack on the detector, and say which share is caught (minutes) [ARGS='wave-* --seeds 3']
	@$(split_args); $(BIN)/python -m tests.attacks "$${words[@]}"

worlds: $(READY) ## Show what rules are worth without labels in each generated world (a minute) [RULES=file.json AGAINST=file.json]
	@$(BIN)/python -m tools.analyst.worlds.judge $(if $(RULES),"--rules=$$RULES") $(if $(AGAINST),"--against=$$AGAINST")

chaos: $(READY) ## Strike the embedded AWS with faults by a seeded plan, and take the balance: nothing lost, told twice, or decided anew [N= SEED= RATE=] (build/chaos.json)
	@$(split_args); $(BIN)/python -m tools.local chaos $(if $(N),"--n=$$N") $(if $(SEED),"--seed=$$SEED") $(if $(RATE),"--rate=$$RATE") "$${words[@]}"

fuzz: $(READY) ## Send requests made from the OpenAPI document, good and bad, to an embedded AWS: no 5xx, nothing stored that is refused [N= SEED=] (build/fuzz.json)
	@$(split_args); $(BIN)/python -m tests.fuzz $(if $(N),"--n=$$N") $(if $(SEED),"--seed=$$SEED") "$${words[@]}"

pictures: $(READY) ## Take the pictures of the analyst's page in docs/pictures anew (needs chromium)
	@mkdir -p docs/pictures
	@PICTURES=docs/pictures $(BIN)/python -m pytest --quiet -k runs_off_the_screen tests/local/tools/analyst/desk

show-order: ## Print the layers in order of deployment, with owners and upstreams
	@"$$PYTHON" -m shared.infra.layers --table

contracts-page: $(READY) ## Write docs/contracts.md anew from shared/infra/contracts.py
	@$(BIN)/python -m shared.infra.contracts_page > docs/contracts.md

supply-chain: $(READY) ## Look for known vulnerabilities and for secrets; write bills of materials (build/sbom)
	@$(BIN)/python -m tools.audit.supply_chain

checkov: $(READY) ## Let checkov judge the programs; each finding needs a reason (needs uv on PATH)
	@$(BIN)/python -m tools.audit.terraform

reach: $(READY) ## Print what each function reaches over the network, and may do there (docs/network.md)
	@$(BIN)/python -m tools.audit.reach

privileges: $(READY) ## Compare what each role is given with what it uses on every path, deployers too (minutes; writes docs/privileges.md)
	@$(BIN)/python -m tools.audit.privileges

policy-pack: policy/.venv/.ready ## Set up the policy pack, for: pulumi -C stacks/data preview --policy-pack ../../policy

policy/.venv/.ready: policy/requirements.lock
	@"$$PYTHON" -m venv policy/.venv
	@policy/.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r policy/requirements.lock
	@touch $@

openapi: $(READY) ## Write the API's OpenAPI document (docs/openapi.json) anew from what the programs deploy
	@$(BIN)/python -m tools.audit.openapi > docs/openapi.json

boundary-files: $(READY) ## Write the roles' permissions boundaries (tools/deploy/boundaries) anew from what the programs register
	@$(BIN)/python -m tools.audit.boundary_files

cost-page: check-env $(READY) ## Write docs/cost.md and its plot anew from the settings of ENV=
	@$(BIN)/python -m tools.operate.cost "$$ENV" --page

cost-usage: $(READY) ## Measure what a transaction uses on an embedded AWS, for make cost (a minute)
	@$(BIN)/python -m tools.bench.usage

transcript: $(READY) ## Deploy, update and destroy by the Pulumi CLI on an embedded AWS, and write docs/transcript.md (minutes)
	@$(split_args); $(BIN)/python -m tools.local transcript "$${words[@]}"

lock: $(READY) ## Resolve requirements.in and the emulator's anew into requirements.lock (needs uv on PATH)
	@command -v uv >/dev/null || { echo "uv is needed to resolve: pip install uv, then: make lock" >&2; exit 1; }
	@uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet --output-file requirements.lock requirements.in emulator/pyproject.toml
	@uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet --output-file policy/requirements.lock policy/requirements.in

##@ An environment (ENV=dev, ENV=prod CONFIRM=prod, or ENV=local beside a running `make local`)
.PHONY: doctor preflight stale history rights matrix boundaries deployers cost size load smoke canary redrive desk alerts account audit verdict rules challenger stability controls approve $(VERBS) $(foreach verb,$(VERBS),$(LAYERS:%=$(verb)-%))
doctor: check-env $(READY) ## Check what a deployment needs before it can fail half-way: a line each, with what to do
	@$(BIN)/python -m tools.deploy.doctor "$$ENV" "--engine=$$ENGINE_IN_USE"

rights: check-env $(READY) ## Print what each role may do, and each job's IAM policy, from the programs; as deployed: JOB=name, WRITE=folder for all
	@$(if $(JOB)$(WRITE),$(call with_outputs,audit.rights),$(BIN)/python -m tools.audit.rights "$$ENV") $(if $(JOB),"--job=$$JOB") $(if $(WRITE),"--write=$$WRITE")

matrix: check-env $(READY) ## Try every right of every role as every other role, by the policies: all must be denied
	@$(BIN)/python -m tools.audit.matrix "$$ENV"

boundaries: check-env $(READY) ## Make the roles' permissions boundaries in the account, as its administrator; DELETE=yes when the roles are gone
	@[[ "$${DELETE:-yes}" == yes ]] || { echo 'DELETE is yes, or left away' >&2; exit 2; }
	@$(aws) $(BIN)/python -m tools.deploy.boundaries "$$ENV" $(if $(DELETE),--delete)

deployers: check-env $(READY) ## Print the rights that a layer's deployers need, and why each wildcard [LAYER= ACCOUNT= REPOSITORY= WRITE=folder]
	@$(BIN)/python -m tools.audit.deployer_rights "$$ENV" $(if $(LAYER),"--layer=$$LAYER") $(if $(ACCOUNT),"--account=$$ACCOUNT") $(if $(REPOSITORY),"--repository=$$REPOSITORY") $(if $(WRITE),"--write=$$WRITE")

preflight: check-env $(READY) ## Ask AWS whether the account's quota allows the reserved concurrency
	@[[ "$$ENV" != local ]] || { echo 'The embedded AWS has no quota to ask for: preflight is for an environment on AWS, for example: make preflight ENV=dev' >&2; exit 2; }
	@$(BIN)/python -m tools.deploy.preflight "$$ENV"

preview: ## Show what deploy would change, layer by layer
deploy: ## Deploy the four layers in dependency order
refresh: ## Bring the state of each layer in line with what really exists
drift: ## Compare what really exists with the programs, and change nothing: fails where they differ
outputs: ## Print what each layer exports (secrets masked)
destroy: ## Tear down the four layers in exact reverse order

stale: check-env $(READY) ## Name the layers that are out of date with their upstream layers, and what to run [LAYER=: those that read it]
	@$(stale-$(ENGINE_IN_USE)) $(if $(LAYER),"--layer=$$LAYER")

cost: check-env $(READY) ## Print the bill of a month, by service and layer: PER_DAY=transactions [PEAK=transactions a second]
	@$(BIN)/python -m tools.operate.cost "$$ENV" $(if $(PER_DAY),"--per-day=$$PER_DAY") $(if $(PEAK),"--peak=$$PEAK")

size: check-env $(READY) ## Print what is used up first at 1, 5 and 20 million transactions a day and at 1000 a second [PEAK=times the mean]
	@$(BIN)/python -m tools.operate.size "$$ENV" $(if $(PEAK),"--peak=$$PEAK")

# printenv, because bash counts its own SECONDS up.
load: check-env $(READY) ## Send RATE= transactions a second for SECONDS=, at their turns; says what was taken, how fast, and how far behind it is then (build/load.json)
	@[[ -n "$${RATE:-}" && -n "$$(printenv SECONDS)" ]] || { echo 'say how much: RATE=50 SECONDS=60' >&2; exit 2; }
	@$(call with_outputs,bench.load) "--rate=$$RATE" "--seconds=$$(printenv SECONDS)"

smoke: check-env $(READY) ## Send a synthetic fraud through the deployed pipeline, time each hop, clean up
	@$(split_args); $(call with_outputs,operate.smoke) "$${words[@]}"

canary: check-env $(READY) ## The smoke test as the nightly job makes it: tells the operators, and counts that it passed (its absence rings)
	@$(split_args); $(call with_outputs,operate.smoke.canary) "$${words[@]}"

redrive: check-env $(READY) ## Retry messages from a dead-letter queue: QUEUE=its name
	@$(split_args); $(call with_outputs,operate.redrive) $(if $(QUEUE),"--queue=$$QUEUE") "$${words[@]}"

.PHONY: reconcile export erase
reconcile: check-env $(READY) ## Compare what was stored with what was decided, recorded and mailed: SINCE=2026-11-22T21:00 [UNTIL=time RATE=a second]; send what is missing again: REPLAY=yes
	@[[ "$${REPLAY:-yes}" == yes ]] || { echo 'REPLAY is yes, or left away' >&2; exit 2; }
	@[[ -n "$${SINCE:-}" ]] || { echo 'give SINCE=2026-11-22T21:00 (UTC)' >&2; exit 2; }
	@$(split_args); $(call with_outputs,operate.reconcile) "--since=$$SINCE" $(if $(UNTIL),"--until=$$UNTIL") $(if $(RATE),"--rate=$$RATE") \
	  $(if $(REPLAY),--replay) "$${words[@]}"

export: check-env $(READY) ## Write all that is kept of accounts to a file: ACCOUNT='id id'
	@$(call with_outputs,operate.person) export "--accounts=$${ACCOUNT:-}"

erase: check-env $(READY) ## Say what is kept of accounts: ACCOUNT='id id'; erase it: ERASE=yes
	@[[ "$${ERASE:-yes}" == yes ]] || { echo 'ERASE is yes, or left away' >&2; exit 2; }
	@$(call with_outputs,operate.person) erase "--accounts=$${ACCOUNT:-}" $(if $(ERASE),--yes)

desk: check-env $(READY) ## Open the analyst's page on loopback until Ctrl-C, with your own credentials [BY=name DAYS=30 PORT=]
	@$(call with_outputs,analyst.desk) $(if $(BY),"--by=$$BY") $(if $(DAYS),"--days=$$DAYS") $(if $(PORT),"--port=$$PORT")

alerts: check-env $(READY) ## List alerts, the latest first [STATUS=OPEN|CONFIRMED_FRAUD|LEGITIMATE|ALL ACCOUNT= REASON= SINCE=7d ARGS=--json]
	@$(split_args); $(call with_outputs,analyst.alerts) $(if $(STATUS),"--status=$$STATUS") $(if $(ACCOUNT),"--account=$$ACCOUNT") \
	  $(if $(REASON),"--reason=$$REASON") $(if $(SINCE),"--since=$$SINCE") "$${words[@]}"

account: check-env $(READY) ## Show what is known of ACCOUNT=id|pseudonym, or of the account of TRANSACTION=id [OUT=file.json: all that is kept of it]
	@$(call with_outputs,analyst.account) $(if $(ACCOUNT),"--account=$$ACCOUNT") $(if $(TRANSACTION),"--transaction=$$TRANSACTION") $(if $(OUT),"--out=$$OUT")

audit: check-env $(READY) ## Show who decided, listed, snoozed or published what, when and why [SINCE=30d BY=name OUT=file.csv]
	@$(call with_outputs,analyst.audit) $(if $(SINCE),"--since=$$SINCE") $(if $(BY),"--by=$$BY") $(if $(OUT),"--out=$$OUT")

history: check-env $(READY) ## Write the transactions with their verdicts as labels, for make tune: OUT=history.csv.xz [LABEL_DELAY_DAYS=7]
	@mkdir -p build
	@$(call with_outputs,analyst.history) $(if $(OUT),"--out=$$OUT") $(if $(LABEL_DELAY_DAYS),"--label-delay-days=$$LABEL_DELAY_DAYS")

verdict: check-env $(READY) ## Give a verdict: TRANSACTION=id (or ACCOUNT=id|pseudonym with one open alert) VERDICT=confirmed_fraud|legitimate BY=name [NOTE=why] [TIMESTAMP=]
	@$(if $(and $(TRANSACTION)$(ACCOUNT),$(VERDICT),$(BY)),,echo "Name all three: make verdict $$MAKE_SETTINGS TRANSACTION=id VERDICT=confirmed_fraud BY=your-name" >&2; exit 2)
	@$(call with_outputs,analyst.verdict) $(if $(TRANSACTION),"--transaction=$$TRANSACTION") $(if $(ACCOUNT),"--account=$$ACCOUNT") \
	  "--verdict=$$VERDICT" "--by=$$BY" $(if $(NOTE),"--note=$$NOTE") $(if $(TIMESTAMP),"--timestamp=$$TIMESTAMP")

rules: check-env $(READY) ## Show the detector's rules [HISTORY=yes] [OUT=file]; publish: FILE=rules.json and/or ALERTS_PER_DAY=50, PROMOTE=yes (the challenger), RESET=yes (the package's); beside them: CHALLENGER=rules.json|none; BY=name [NOTE=why DAYS=28 FORCE=yes]
	@[[ "$${RESET:-yes}" == yes ]] || { echo 'RESET is yes, or left away' >&2; exit 2; }
	@[[ "$${PROMOTE:-yes}" == yes ]] || { echo 'PROMOTE is yes, or left away' >&2; exit 2; }
	@[[ "$${FORCE:-yes}" == yes ]] || { echo 'FORCE is yes, or left away' >&2; exit 2; }
	@[[ "$${HISTORY:-yes}" == yes ]] || { echo 'HISTORY is yes, or left away' >&2; exit 2; }
	@$(split_args); $(call with_outputs,analyst.rules) $(if $(FILE),"--file=$$FILE") $(if $(RESET),--reset) $(if $(OUT),"--out=$$OUT") \
	  $(if $(CHALLENGER),"--challenger=$$CHALLENGER") $(if $(PROMOTE),--promote) $(if $(ALERTS_PER_DAY),"--alerts-per-day=$$ALERTS_PER_DAY") \
	  $(if $(DAYS),"--days=$$DAYS") $(if $(HISTORY),--history) $(if $(FORCE),--force) $(signed) "$${words[@]}"

challenger: check-env $(READY) ## Compare the challenger with the rules in force, on the payments that both have scored [SINCE=7d]
	@$(call with_outputs,analyst.challenger) $(if $(SINCE),"--since=$$SINCE")

stability: check-env $(READY) ## Show by week how far payments have moved from what the points were learnt from [TRAINING=build/tune/training.json]; count it in CloudWatch: PUBLISH=yes
	@[[ "$${PUBLISH:-yes}" == yes ]] || { echo 'PUBLISH is yes, or left away' >&2; exit 2; }
	@$(call with_outputs,analyst.stability) $(if $(TRAINING),"--training=$$TRAINING") $(if $(PUBLISH),--publish)

controls: check-env $(READY) ## Show all that is in force, or of ACCOUNT=id|pseudonym, TRANSACTION=id or MERCHANT=id [HISTORY=yes]; set: LIST=allow|watch|deny|none [UNTIL=date], SNOOZE=2h|none [AMOUNT=USD|any]; BY=name [NOTE=why]
	@[[ "$${HISTORY:-yes}" == yes ]] || { echo 'HISTORY is yes, or left away' >&2; exit 2; }
	@$(split_args); $(call with_outputs,analyst.controls) $(if $(ACCOUNT),"--account=$$ACCOUNT") $(if $(MERCHANT),"--merchant=$$MERCHANT") \
	  $(if $(TRANSACTION),"--transaction=$$TRANSACTION") $(if $(HISTORY),--history) \
	  $(if $(LIST),"--list=$$LIST") $(if $(UNTIL),"--until=$$UNTIL") $(if $(SNOOZE),"--snooze=$$SNOOZE") $(if $(AMOUNT),"--amount=$$AMOUNT") $(signed) "$${words[@]}"

approve: check-env $(READY) ## Show what waits for a second person; approve it: CHANGE=id BY=name [NOTE=why]
	@$(call with_outputs,analyst.approve) $(if $(CHANGE),"--change=$$CHANGE") $(signed)

##@ One layer, by its owner: the same with -network, -data, -compute or -alerting, as in make deploy-compute ENV=dev

.PHONY: check-env
check-env:
	@[[ -n "$${ENV:-}" ]] || { echo "ENV is missing: say which environment, for example: make $$GOALS ENV=dev" >&2; exit 2; }
	@[[ "$$ENV" =~ ^[a-z][a-z0-9-]{0,14}$$ ]] || { echo "ENV=$${ENV@Q} is no environment name: lower-case letters, digits and '-', at most 15, for example: ENV=dev" >&2; exit 2; }
	@for layer in $(LAYERS); do [[ -f "stacks/$$layer/Pulumi.$$ENV.yaml" ]] || { \
	  echo "ENV='$$ENV' has no stacks/$$layer/Pulumi.$$ENV.yaml: copy stacks/$$layer/Pulumi.dev.yaml there and set its values" >&2; exit 2; }; done
	@[[ "$$ENGINE_IN_USE" =~ ^(embedded|pulumi)$$ ]] || { echo "ENGINE=$${ENGINE_IN_USE@Q} is no engine: there are $(ENGINES)" >&2; exit 2; }
	@[[ "$$ENGINE_IN_USE" == pulumi || "$$ENV" == local ]] || { echo 'The embedded engine deploys onto the embedded AWS alone: ENV=local, or leave ENGINE away' >&2; exit 2; }
	@[[ -z "$${CONFIG:-}" || "$$ENV" == local ]] || { echo "CONFIG is for ENV=local: the settings of $$ENV are those in stacks/<layer>/Pulumi.$$ENV.yaml" >&2; exit 2; }
	@[[ "$$ENV" != prod || "$${CONFIRM:-}" == prod || -z '$(MUTATES)' ]] || { \
	  echo "This changes production. If you mean it: make $$GOALS ENV=prod CONFIRM=prod" >&2; exit 2; }

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

##@ Keep tidy
.PHONY: clean
clean: ## Remove build/, caches and the virtual environment
	@rm -rf build $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info emulator/*.egg-info emulator/build
endif
