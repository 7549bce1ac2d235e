#!/bin/sh
# in_fresh_folder.sh FOLDER COMMAND…: runs COMMAND in FOLDER, made anew and empty.
set -eu
folder=$1
shift
rm -rf "$folder"
mkdir -p "$folder"
cd "$folder"
exec "$@"
