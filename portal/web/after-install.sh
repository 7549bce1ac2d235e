#!/bin/sh
# after-install.sh - makes the portal's fonts small: of KERN's Fira Sans only the letters that
# European languages in Latin script need, as on a first visit every byte is waited for.
# SPDX-License-Identifier: EUPL-1.2
#
# Called by cmake/install-npm.sh. Without fonttools the portal serves KERN's own files.
set -eu
cd "$(dirname "$0")"
command -v pyftsubset >/dev/null 2>&1 || exit 0
from=node_modules/@kern-ux/native/dist/fonts/fira-sans to=node_modules/.subset
letters=U+0020-007E,U+00A0-017F,U+2010-201F,U+2020,U+2022,U+2026,U+2030,U+2039,U+203A,U+20AC
signs=U+2190-2193,U+2212,U+25B8,U+25BE
mkdir -p "$to"
for weight in Regular Medium SemiBold Bold; do
    pyftsubset "$from/FiraSans-$weight.woff2" --unicodes="$letters,$signs" --flavor=woff2 \
        --layout-features=kern,liga,calt,ccmp,locl,mark,mkmk,tnum,lnum \
        --output-file="$to/FiraSans-$weight.woff2.part" >/dev/null 2>&1
    mv "$to/FiraSans-$weight.woff2.part" "$to/FiraSans-$weight.woff2"
done
