#!/bin/sh
# Builds the container image: sh deploy/build.sh [NAME:TAG]. Needs podman or docker.
set -eu

cd "$(dirname "$0")/.."
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' pyproject.toml)
image=${1:-modeldesk:$version}
for engine in podman docker; do
  if command -v "$engine" > /dev/null && "$engine" info > /dev/null 2>&1; then
    # podman looks for the list of ignored files beside the Containerfile only when it is told.
    [ "$engine" = docker ] || set -- --ignorefile deploy/Containerfile.dockerignore
    [ "$engine" = podman ] || set --
    exec "$engine" build "$@" --file deploy/Containerfile --tag "$image" .
  fi
done
echo "No container engine answers: start podman or docker, or install without one: sh deploy/install.sh /opt/modeldesk" >&2
exit 1
