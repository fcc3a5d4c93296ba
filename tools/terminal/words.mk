# The words that people give to make: which target takes which, and each as it was given.
# What is typed as NOTE='$1,200 $(shell …)' is a macro to make: it would be expanded, and run, wherever it is mentioned
# or handed on. Here every word becomes plain text first; recipes then take it from the environment ("$$NOTE") and
# never write it into their own text. A word that the target does not take is refused by tools/terminal/unknown_words.py.

# What a person may name beside the words of a target: programs and places.
PLACES := PYTHON VENV BIN READY PULUMI

environment := ENV CONFIRM ENGINE LOCAL_DIRECTORY
takes-help :=
takes-setup :=
takes-engine := PINNED
takes-checksums :=
takes-demo := DATA LIMIT OFFSET RATE DESK
takes-local := LOCAL_DIRECTORY ENGINE
takes-test := ARGS WORKERS
takes-lint :=
takes-format :=
takes-typecheck :=
takes-bench := ARGS
takes-attacks := ARGS
takes-worlds := RULES AGAINST
takes-chaos := N SEED RATE ARGS
takes-fuzz := N SEED ARGS
takes-openapi :=
takes-tune := DATA LABEL_DELAY_DAYS ALERTS_PER_DAY RULES OUT REPORT
takes-backtest := DATA LABEL_DELAY_DAYS TUNE_EVERY_DAYS RULES AGAINST SCORES REPORT
takes-pictures :=
takes-show-order :=
takes-contracts-page :=
takes-boundary-files :=
takes-policy-pack :=
takes-reach :=
takes-privileges :=
takes-supply-chain :=
takes-checkov :=
takes-transcript := ARGS
takes-lock :=
takes-doctor := $(environment)
takes-rights := $(environment) JOB WRITE
takes-matrix := $(environment)
takes-boundaries := $(environment) DELETE
takes-deployers := $(environment) LAYER ACCOUNT REPOSITORY WRITE
takes-cost := $(environment) PER_DAY PEAK
takes-cost-page := $(environment)
takes-size := $(environment) PEAK
takes-load := $(environment) RATE SECONDS
takes-cost-usage :=
takes-preflight := $(environment)
takes-preview := $(environment) CONFIG
takes-deploy := $(environment) CONFIG
takes-refresh := $(environment)
takes-drift := $(environment) CONFIG
takes-outputs := $(environment)
takes-destroy := $(environment)
takes-stale := $(environment) CONFIG LAYER
takes-smoke := $(environment) ARGS
takes-canary := $(environment) ARGS
takes-redrive := $(environment) QUEUE ARGS
takes-reconcile := $(environment) SINCE UNTIL REPLAY RATE ARGS
takes-export := $(environment) ACCOUNT
takes-erase := $(environment) ACCOUNT ERASE
takes-desk := $(environment) BY DAYS PORT
takes-alerts := $(environment) STATUS ACCOUNT REASON SINCE ARGS
takes-account := $(environment) ACCOUNT TRANSACTION OUT
takes-audit := $(environment) SINCE BY OUT
takes-history := $(environment) OUT LABEL_DELAY_DAYS
takes-verdict := $(environment) TRANSACTION ACCOUNT VERDICT BY NOTE TIMESTAMP
takes-rules := $(environment) FILE RESET CHALLENGER PROMOTE ALERTS_PER_DAY DAYS OUT HISTORY BY NOTE FORCE ARGS
takes-challenger := $(environment) SINCE
takes-stability := $(environment) TRAINING PUBLISH
takes-controls := $(environment) ACCOUNT MERCHANT TRANSACTION HISTORY LIST UNTIL SNOOZE AMOUNT BY NOTE ARGS
takes-approve := $(environment) CHANGE BY NOTE
takes-check-env := $(environment)
takes-clean :=

GOALS := $(or $(MAKECMDGOALS),help)
TAKEN := $(sort $(foreach goal,$(GOALS),$(takes-$(goal)) $(foreach verb,$(VERBS),$(if $(filter $(verb)-%,$(goal)),$(takes-$(verb))))))
GIVEN := $(foreach name,$(.VARIABLES),$(if $(filter command,$(firstword $(origin $(name)))),$(name)))
UNKNOWN := $(filter-out $(TAKEN) $(PLACES),$(GIVEN))
# Another make that a recipe starts, however deep, has words of its own.
MAKEOVERRIDES :=

# Only names of the tables above become text of this file.
plain = $(foreach name,$(1),$(if $(filter command environment,$(firstword $(origin $(name)))),$(eval override $(name) := $$(value $(name)))))
$(call plain,$(TAKEN) $(PLACES))
ifneq ($(UNKNOWN),)
unexport $(UNKNOWN)
endif

# A text as one word of a shell.
quoted = '$(subst ','\'',$(1))'
ifneq ($(shell for each in $(call quoted,$(VENV)) $(call quoted,$(BIN)) $(call quoted,$(READY)); do case "$$each" in (*[!A-Za-z0-9_./-]*|-*) echo odd;; esac; done),)
$(error VENV, BIN and READY are paths of letters, digits, '.', '_', '-' and '/', and begin with no '-')
endif

# ARGS goes through to a command word by word, quotes and all, and nothing in it is run.
split_args = mapfile -d '' -t words < <(xargs -r printf '%s\0' <<<"$${ARGS:-}" 2>/dev/null) && wait "$$!" \
  || { echo 'ARGS: a quotation mark is not closed' >&2; exit 2; }
split_config = settings=(); set -f; for each in $${CONFIG:-}; do settings+=("--config=$$each"); done; set +f
