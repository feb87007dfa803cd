#!/bin/sh
# Builds the container image: sh deploy/build.sh [NAME:TAG [OPTIONS OF THE ENGINE…]]. Needs podman or docker.
# Where packages come from an index of your own, which your own authority signs, and Python's image from your registry:
#   sh deploy/build.sh modeldesk:0.1.0 --build-arg PYTHON=registry.example.org/python:3.13-slim \
#       --secret id=pip,src="$HOME/.config/pip/pip.conf" --secret id=ca,src=/etc/ssl/own-ca.pem
# That pip.conf names the authority as cert = /etc/ssl/own-ca.pem. Neither file is kept in the image.
set -eu

cd "$(dirname "$0")/.."
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' pyproject.toml)
image=${1:-modeldesk:$version}
[ $# = 0 ] || shift
revision=$(git rev-parse HEAD 2> /dev/null || true)
set -- --build-arg VERSION="$version" --build-arg REVISION="$revision" "$@" --file deploy/Containerfile --tag "$image" .
for engine in podman docker; do
  if command -v "$engine" > /dev/null && "$engine" info > /dev/null 2>&1; then
    # podman looks for the list of ignored files beside the Containerfile only when it is told, and leaves out the health check,
    # which its own format of images does not have. docker reads secrets since it builds by BuildKit.
    [ "$engine" = docker ] || set -- --format docker --ignorefile deploy/Containerfile.dockerignore "$@"
    DOCKER_BUILDKIT=1 exec "$engine" build "$@"
  fi
done
echo "No container engine answers: start podman or docker, or install without one: sh deploy/install.sh /opt/modeldesk" >&2
exit 1
