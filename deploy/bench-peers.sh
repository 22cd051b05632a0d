#!/usr/bin/env bash
# Brings the software that "gate-agent bench" compares with: Debian's FAISS, and
# usearch for Node. Nothing but the benchmark uses it, and the benchmark names
# what is missing.
set -euo pipefail

cd "$(dirname "$0")/.."
readonly peers=.cache/peers usearch=usearch@2.26.2

if ! dpkg-query -W python3-faiss >/dev/null 2>&1; then
	if ((EUID != 0)); then
		echo "bench-peers: run: sudo apt-get install --no-install-recommends python3-faiss" >&2
		exit 1
	fi
	apt-get -qq update
	DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends python3-faiss
fi
mkdir -p "$peers"
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$peers" "$usearch"
