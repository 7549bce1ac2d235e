#!/usr/bin/env bash
# pdfa.sh 1b|2b PDF…: holds documents of the archive against qpdf and, those of level 1b, against
# PDFBox Preflight. Files whose XMP does not claim to be PDF/A (those with CMYK images) are left out
# of the latter and counted. run.sh archive makes them, each with a note behind it, as it is filed.
# SPDX-License-Identifier: EUPL-1.2
#
# Needs: apt-get install default-jdk-headless libpdfbox2-java libactivation-java libjaxb-api-java qpdf
set -euo pipefail
export LC_ALL=C.UTF-8

here=$(cd "$(dirname "$0")" && pwd)
jars=/usr/share/java
path=$jars/preflight.jar:$jars/pdfbox2.jar:$jars/xmpbox.jar:$jars/fontbox2.jar
path=$path:$jars/commons-logging.jar:$jars/commons-io.jar
path=$path:$jars/javax.activation.jar:$jars/jaxb-api.jar

[ $# -ge 2 ] || { echo "usage: pdfa.sh 1b|2b PDF…" >&2; exit 2; }
level=$1
shift
[ -e $jars/preflight.jar ] && command -v javac >/dev/null ||
    { echo "pdfa.sh: install default-jdk-headless libpdfbox2-java libactivation-java libjaxb-api-java" >&2; exit 77; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unsound=0
for file in "$@"; do
    qpdf --check "$file" >/dev/null 2>&1 || { echo "$file: qpdf finds faults"; unsound=$((unsound + 1)); }
done
mapfile -t claimed < <(grep -la "pdfaid:part" "$@")
echo "$# files, ${#claimed[@]} claim to be PDF/A, qpdf finds faults in $unsound"
if [ "$level" = 1b ] && [ ${#claimed[@]} -gt 0 ]; then
    javac -cp "$path" -d "$work" "$here/Preflight.java"
    java -cp "$path:$work" Preflight "${claimed[@]}" 2>/dev/null || unsound=$((unsound + 1))
fi
[ $unsound -eq 0 ]
