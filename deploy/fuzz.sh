#!/usr/bin/env bash
# Runs every fuzz test of the workspace, one after the other, for $1 each.
set -euo pipefail

cd "$(dirname "$0")/.."
grep -rlE --include='*_test.go' '^func Fuzz' -- */ | sort | while read -r file; do
	for name in $(grep -oE '^func Fuzz[A-Za-z0-9_]*' "$file" | awk '{print $2}'); do
		echo "$file $name"
		(cd "$(dirname "$file")" && go test -run '^$' -fuzz "^$name\$" -fuzztime "$1" .)
	done
done
