#!/usr/bin/env bash
# Brings a Debian 12 machine to where Stile builds, tests and runs: Debian's
# packages, the models that models/manifest.yaml names, and the demo's pictures.
# Running it again does nothing and prints nothing.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly here
readonly models=$here/models
readonly samples=$here/../.cache/samples
# Chromium drives the tests of the web pages; zbar reads the tickets.
readonly packages=(gcc g++ pkg-config libopencv-dev libzbar-dev chromium)
readonly tools=(go npm tar awk sha256sum dpkg-query)

scratch=
trap '[[ -z $scratch ]] || rm -rf "$scratch"' EXIT

fail() {
	printf 'setup: %s\n' "$*" >&2
	exit 1
}

check_tools() {
	local tool missing=0
	for tool in "${tools[@]}"; do
		command -v "$tool" >/dev/null && continue
		missing=1
		case $tool in
		go) echo "setup: go is missing: install Go 1.26 or newer" >&2 ;;
		npm) echo "setup: npm is missing: install Node.js 20 or newer (it only fetches the models)" >&2 ;;
		dpkg-query) echo "setup: dpkg-query is missing: Stile is built on Debian 12" >&2 ;;
		*) echo "setup: $tool is missing" >&2 ;;
		esac
	done
	((missing == 0)) || exit 1
}

install_packages() {
	local package missing=()
	for package in "${packages[@]}"; do
		[[ $(dpkg-query -W -f='${db:Status-Status} ' "$package" 2>/dev/null) == installed* ]] || missing+=("$package")
	done
	((${#missing[@]})) || return 0
	if ((EUID != 0)); then
		fail "Debian packages are missing, run: sudo apt-get update && sudo apt-get install --no-install-recommends ${missing[*]}"
	fi
	echo "setup: installing ${missing[*]}"
	export DEBIAN_FRONTEND=noninteractive
	apt-get -qq update
	apt-get -qq install --yes --no-install-recommends "${missing[@]}" >/dev/null
}

# manifest_files prints "sha256 file package path" for every file of the
# manifest that has a package and is for this processor or for any.
manifest_files() {
	awk -v arch="$(go env GOARCH)" '
		function flush() {
			if (f["package"] != "" && (f["arch"] == "" || f["arch"] == arch))
				print f["sha256"], f["file"], f["package"], f["path"]
			split("", f)
		}
		/^[a-z]+:/ || /^ *- arch:/ { flush() }
		{ sub(/^ *- /, "  ") }
		/^ +(arch|file|sha256|package|path): / { sub(/:$/, "", $1); f[$1] = $2 }
		END { flush() }
	' "$models/manifest.yaml"
}

has_hash() { # file sha256
	[[ -f $1 && $(sha256sum "$1") == "$2 "* ]]
}

# fetch reads "sha256 file package path" lines and puts what is missing below a
# folder, each file whole or not at all.
fetch() { # folder
	local sha file package path archive staged
	while read -r sha file package path; do
		has_hash "$1/$file" "$sha" && continue
		scratch=${scratch:-$(mktemp -d)}
		archive=$scratch/${package//\//_}.tgz
		if [[ ! -f $archive ]]; then
			echo "setup: fetching $package"
			mkdir "$archive.d"
			npm pack --silent --pack-destination "$archive.d" "$package" </dev/null >/dev/null ||
				fail "npm pack $package failed"
			mv "$archive.d"/*.tgz "$archive"
		fi
		tar -xzf "$archive" -C "$scratch" "$path" || fail "$package holds no $path"
		has_hash "$scratch/$path" "$sha" ||
			fail "$path of $package has SHA-256 $(sha256sum "$scratch/$path" | cut -d' ' -f1), expected $sha"
		mkdir -p "$(dirname "$1/$file")"
		staged=$(mktemp "$1/$file.XXXXXX")
		cp "$scratch/$path" "$staged"
		chmod 0644 "$staged"
		mv "$staged" "$1/$file"
	done
}

check_tools
install_packages
fetch "$models" < <(manifest_files)
fetch "$samples" < <(grep -v '^#' "$here/demo/samples.sha256")
