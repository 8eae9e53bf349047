#!/usr/bin/env bash
# Builds gravbench's container image on one of the bases that it is meant for.
#
#   scripts/containers/build.sh debian|graviton|x86 [OPTION OF docker build...]
#
#   debian     Debian 12 with PyTorch's CPU build, for the architecture of this machine
#   graviton   AWS's Deep Learning Container for PyTorch inference on Graviton; run it on a c7g
#   x86        AWS's Deep Learning Container for PyTorch inference on x86 CPUs
#
#   BASE_IMAGE   another image of that kind, for instance a newer release of AWS's
#   DOCKER       the program that builds (default: docker; podman works too)
#
# AWS's images come from its registry, which asks for a login first: aws ecr get-login-password.
set -euo pipefail
cd "$(dirname "$0")/../.."

usage() { sed -n '2,/^set -e/{/^#/s/^# \{0,1\}//p}' "$0"; }

kind=${1:-}
case "$kind" in
  debian) base=debian:12 torch=own ;;
  graviton | x86) base='' torch=base ;;
  *) usage; exit 2 ;;
esac
shift
base=${BASE_IMAGE:-$base}
if [ -z "$base" ]; then
  printf 'containers: set BASE_IMAGE to the Deep Learning Container for %s (AWS lists them as "available images": PyTorch inference, CPU)\n' \
    "$kind" >&2
  exit 2
fi
exec "${DOCKER:-docker}" build -f scripts/containers/Dockerfile --build-arg "BASE=$base" --build-arg "TORCH=$torch" \
  -t "gravbench:$kind" "$@" .
