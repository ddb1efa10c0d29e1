#!/usr/bin/env bash
# Puts together what a machine with a GPU and no network may lack, for scripts/gpu/check.sh --pack: Node.js, the npm packages
# that Kinetorch and its tests run on, Highway and GoogleTest. Run on Linux x64, in a checkout in which `npm ci` was run.
#
#   scripts/gpu/pack.sh [FILE]        build/gpu-pack.tar.gz unless named
set -euo pipefail
export LC_ALL=C.UTF-8
target=$(realpath "${1:-$(dirname "$0")/../../build/gpu-pack.tar.gz}")
cd "$(dirname "$0")/../.."
most=60000000

missing() {
  echo "✘ $1" >&2
  exit 1
}

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder/bin" "$folder/native/include" "$folder/native/lib" "$folder/node_modules"

cp "$(node -p process.execPath)" "$folder/bin/node"
strip "$folder/bin/node"

# What these need comes along; FFmpeg does not, for nothing is decoded.
node scripts/gpu/packages.mjs esbuild jest node-addon-api node-api-headers \
  $(node -p 'Object.keys(require("./package.json").dependencies).join(" ")') |
  tar -cf - --exclude='*.md' --exclude='*.map' --exclude='*.d.ts' --exclude='*.d.mts' --exclude='*.d.cts' \
    --exclude=example --exclude=examples -T - | tar -xf - -C "$folder"

# Headers by the compiler's own path, the library by the linker's.
header=$(echo '#include <hwy/highway.h>' | c++ -E -x c++ - | sed -n 's/^# 1 "\(.*\)\/hwy\/highway.h".*/\1/p' | head -n 1)
library=$(realpath "$(c++ -print-file-name=libhwy.so)")
[ -d "$header/hwy" ] && [ -f "$library" ] || missing 'Highway is missing: install libhwy-dev'
cp -r "$header/hwy" "$folder/native/include/hwy"
cp "$library" "$folder/native/lib/"
for name in libhwy.so libhwy.so.1; do ln -s "$(basename "$library")" "$folder/native/lib/$name"; done

# As sources: the machine's compiler may be older than this one's.
[ -f /usr/src/googletest/CMakeLists.txt ] || missing 'GoogleTest is missing: install libgtest-dev'
cp -r /usr/src/googletest "$folder/googletest"
rm -rf "$folder"/googletest/*/{test,docs,samples}

# shellcheck source=scripts/gpu/sources.sh
. scripts/gpu/sources.sh
commit=$(git rev-parse --short HEAD)
git diff --quiet HEAD -- "${sources[@]}" || commit=$commit+
echo "$commit" >"$folder/commit"
hash_sources >"$folder/hash"

mkdir -p "$(dirname "$target")"
tar -C "$folder" -c . | gzip -9 >"$target"
size=$(stat -c %s "$target")
du -sh "$folder"/* | sed "s|$folder/||"
echo "$target: $((size / 1000000)) MB, commit $commit"
[ "$size" -le "$most" ] || { rm "$target"; missing "it has $size bytes, $most are allowed"; }
