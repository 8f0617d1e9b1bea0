#!/usr/bin/env bash
# From a fresh clone to an integer-only language model: setup, build, main job.

# shellcheck source-path=SCRIPTDIR source=common.sh
source "$(dirname "$0")/common.sh"

scripts/setup.sh
stage "Build" build release
stage "SmolLM2-135M, float beside integer" scripts/main-job.sh build/bin
