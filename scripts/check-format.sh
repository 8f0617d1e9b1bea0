#!/usr/bin/env bash
# Fails when a C++ file is not as clang-format-22 would write it, or a source
# file lacks its licence line. `--fix` formats in place.

# shellcheck source-path=SCRIPTDIR source=common.sh
source "$(dirname "$0")/common.sh"

mapfile -t sources < <(git ls-files --cached --others --exclude-standard '*.h' '*.cpp')
mapfile -t definitions < <(git ls-files --cached --others --exclude-standard '*.td')

if [ "${1:-}" = "--fix" ]; then
  clang-format-22 -i "${sources[@]}"
  exit
fi

clang-format-22 --dry-run --Werror "${sources[@]}"
unlicensed=$(grep -L 'SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception' "${sources[@]}" "${definitions[@]}" || true)
[ -z "$unlicensed" ] || die "no SPDX line in: $unlicensed"
say "${#sources[@]} files are formatted"
