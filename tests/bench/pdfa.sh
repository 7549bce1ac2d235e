#!/usr/bin/env bash
# pdfa.sh READ_CORPUS SCAN…: reads scans into PDF/A-1b and holds what comes of them against PDFBox
# Preflight and qpdf. Files whose XMP does not claim to be PDF/A (those with CMYK images) are left
# out of the first and counted.
# SPDX-License-Identifier: EUPL-1.2
#
# Needs: apt-get install default-jdk-headless libpdfbox2-java libactivation-java libjaxb-api-java qpdf
set -euo pipefail
export LC_ALL=C.UTF-8 OMP_THREAD_LIMIT=1

here=$(cd "$(dirname "$0")" && pwd)
jars=/usr/share/java
path=$jars/preflight.jar:$jars/pdfbox2.jar:$jars/xmpbox.jar:$jars/fontbox2.jar
path=$path:$jars/commons-logging.jar:$jars/commons-io.jar
path=$path:$jars/javax.activation.jar:$jars/jaxb-api.jar

[ $# -ge 2 ] || { echo "usage: pdfa.sh READ_CORPUS SCAN…" >&2; exit 2; }
[ -e $jars/preflight.jar ] && command -v javac >/dev/null ||
    { echo "pdfa.sh: install default-jdk-headless libpdfbox2-java libactivation-java libjaxb-api-java" >&2; exit 77; }
read_corpus=$1
shift

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/pdf"
"$read_corpus" --archive 1b --pdf "$work/pdf" "$@" >"$work/readings.jsonl"
javac -cp "$path" -d "$work" "$here/Preflight.java"
# As they are filed: with a note behind them, when the program beside read_corpus is there.
embed=$(dirname "$read_corpus")/embed_note
if [ -x "$embed" ]; then
    printf '<?xml version="1.0" encoding="UTF-8"?>\n<transfervermerk>Ä &amp; Ö</transfervermerk>\n' >"$work/note.xml"
    "$embed" "$work/note.xml" "$work"/pdf/*.pdf
fi
mapfile -t claimed < <(grep -la "pdfaid:part" "$work"/pdf/*.pdf)
all=$(find "$work/pdf" -name '*.pdf' | wc -l)
unsound=0
for file in "$work"/pdf/*.pdf; do
    qpdf --check "$file" >/dev/null 2>&1 || { echo "$file: qpdf finds faults"; unsound=$((unsound + 1)); }
done
java -cp "$path:$work" Preflight "${claimed[@]}" 2>/dev/null || unsound=$((unsound + 1))
echo "$all files, ${#claimed[@]} claim to be PDF/A"
[ $unsound -eq 0 ]
