#!/usr/bin/env bash
# On a Linux machine with an NVIDIA GPU and without a network: builds Kinetorch against the machine's own PyTorch, runs the
# tests that need a GPU, measures, prints one short table and writes JSON. docs/gpu.md says what it needs and measures.
#
#   scripts/gpu/check.sh                              with Node, npm's packages, Highway and GoogleTest of the machine
#   scripts/gpu/check.sh --pack build/gpu-pack.tar.gz with those that scripts/gpu/pack.sh has put together
#   scripts/gpu/check.sh --device cpu --quick         the rehearsal on a machine without a GPU: its figures mean nothing
set -u -o pipefail
export LC_ALL=C.UTF-8
cd "$(dirname "$0")/../.." || exit 2
root=$PWD
started=$(date +%s)

usage='usage: scripts/gpu/check.sh [--pack FILE] [--python PROGRAM] [--device cuda|cpu] [--quick] [--minutes N] [--out FOLDER]'
pack='' python=python3 device=cuda quick='' minutes=8 out=''
while [ $# -gt 0 ]; do
  case $1 in
    --pack) pack=${2:?$usage}; shift 2 ;;
    --python) python=${2:?$usage}; shift 2 ;;
    --device) device=${2:?$usage}; shift 2 ;;
    --minutes) minutes=${2:?$usage}; shift 2 ;;
    --out) out=${2:?$usage}; shift 2 ;;
    --quick) quick=--quick; shift ;;
    *) echo "$usage" >&2; exit 2 ;;
  esac
done
[[ $device =~ ^(cuda|cpu)$ && $minutes =~ ^[1-9][0-9]?$ ]] || { echo "$usage" >&2; exit 2; }
[ "$device" = cuda ] || [ -n "$quick" ] || { echo '--device cpu is a rehearsal: give --quick too' >&2; exit 2; }
[ -z "$pack" ] || pack=$(realpath "$pack")
# A rehearsal's figures must not be taken for results.
[ -n "$out" ] || if [ -n "$quick" ]; then out=build/gpu/rehearsal; else out=docs/results; fi
mkdir -p "$out" && out=$(realpath "$out")

# Everything happens in a copy below build/gpu, so that the checkout's own build stays as it is.
work=$root/build/gpu
tree=$work/tree
logs=$work/logs
steps=$work/steps.jsonl
rm -rf "$logs"
mkdir -p "$tree" "$logs"
: >"$steps"

missing() {
  echo "✘ $1" >&2
  exit 2
}

# step NAME SECONDS COMMAND…: runs it with a limit and its output in a log, and notes how it went. Does not stop the run.
step() {
  local name=$1 limit=$2 began status
  shift 2
  echo "▸ $name" >&2
  began=$(date +%s)
  timeout -k 5 "$limit" "$@" </dev/null >"$logs/$name.log" 2>&1
  status=$?
  "$python" - "$name" "$status" "$(($(date +%s) - began))" "$limit" "$logs/$name.log" >>"$steps" <<'PYTHON'
import json, re, sys
name, status, seconds, limit, log = sys.argv[1:]
step = {'name': name, 'ok': status == '0', 'seconds': int(seconds)}
if status != '0':
    lines = open(log, errors='replace').read().splitlines()
    errors = [line for line in lines if re.search(r'\berror\b|✘', line, re.I)][:5]
    how = f'took longer than {limit} s' if status == '124' else f'ended with {status}'
    step['problem'] = '\n'.join([how, *(errors or lines[-5:])])
    print(f'✘ {name} {step["problem"]}\n  the whole log: {log}', file=sys.stderr)
print(json.dumps(step))
PYTHON
  return $status
}

# --- what the machine has -------------------------------------------------------------------------------------------

command -v "$python" >/dev/null || missing "no $python: name a Python that has torch 2.10 or newer with --python"
python=$(command -v "$python")
libtorch=$("$python" -c 'import os, torch; print(os.path.dirname(torch.__file__))') || missing "$python has no torch"
torch=$("$python" -c 'import torch; print(torch.__version__)')
command -v cmake >/dev/null || missing 'no cmake (3.18 or newer)'
command -v c++ >/dev/null || command -v g++ >/dev/null || missing 'no C++ compiler'

modules=$root/node_modules
native=()
if [ -n "$pack" ]; then
  rm -rf "$work/pack" && mkdir -p "$work/pack" && tar -xzf "$pack" -C "$work/pack" || missing "$pack cannot be unpacked"
  PATH=$work/pack/bin:$PATH
  modules=$work/pack/node_modules
fi
command -v node >/dev/null || missing 'no Node.js: make a pack elsewhere with scripts/gpu/pack.sh and give it with --pack'
[ -d "$modules/esbuild" ] || missing "no npm packages in $modules: npm ci, or --pack"

# --- a copy of the sources, and their JavaScript --------------------------------------------------------------------

# shellcheck source=scripts/gpu/sources.sh
. scripts/gpu/sources.sh
for source in "${sources[@]}"; do
  rm -rf "${tree:?}/$source"
  cp -a "$source" "$tree/$source"
done
if commit=$(git rev-parse --short HEAD 2>/dev/null); then
  git diff --quiet HEAD -- "${sources[@]}" || commit=$commit+
elif [ -e "$work/pack/commit" ]; then
  commit=$(cat "$work/pack/commit")
  [ "$(hash_sources)" = "$(cat "$work/pack/hash")" ] || commit=${commit%+}+
else
  commit=unknown
fi
ln -sfn "$modules" "$tree/node_modules"
cd "$tree" || exit 2
rm -rf dist

compile_javascript() {
  local esbuild=(node node_modules/esbuild/bin/esbuild --log-level=warning --platform=node --target=node20 --format=cjs)
  "${esbuild[@]}" $(find lib -name '*.ts') --outbase=lib --outdir=dist
  # Tests and benchmarks beside their sources, from where they find what they need; most tests ask for lib/, not dist/.
  "${esbuild[@]}" $(find bench lib test -name '*.ts') --outbase=. --outdir=.
}
export -f compile_javascript
step javascript $((minutes * 12)) bash -c 'set -e; compile_javascript' || exit 1
export KINETORCH_CACHE=$work/cache TORCHINDUCTOR_CACHE_DIR=$work/cache/inductor LIBTORCH=$libtorch
export KINETORCH_TEST_PYTHON=$python

# torch.compile tries its kernels while the processor builds and nothing else uses the GPU. What it finds is on disk when
# its turn comes.
warming=''
if [ "$device" = cuda ]; then
  timeout -k 5 $((minutes * 20)) node bench/gpu/warmCompile.js --python "$python" ${quick:+$quick} \
    </dev/null >"$logs/warm-compile.log" 2>&1 &
  warming=$!
fi

# --- the native build -----------------------------------------------------------------------------------------------

# A compiler takes up to 2 GB for a file that includes LibTorch's headers.
memory=$(awk '/^MemAvailable/ { print int($2 / 2097152) }' /proc/meminfo)
jobs=$(nproc)
[ "$jobs" -le "$memory" ] || jobs=$((memory > 0 ? memory : 1))
generator=()
keep_going=(-k)
if command -v ninja >/dev/null; then generator=(-G Ninja) keep_going=(-k 0); fi
if [ "$device" = cuda ]; then
  capability=$(nvidia-smi --query-gpu=compute_cap --format=csv,noheader | head -n 1 | tr -d .)
  command -v nvcc >/dev/null || PATH=$PATH:/usr/local/cuda/bin
fi

if [ -d "$work/pack/googletest" ]; then
  native=("-DCMAKE_PREFIX_PATH=$work/pack/native;$work/googletest" -DCMAKE_DISABLE_FIND_PACKAGE_hwy=ON)
  step googletest $((minutes * 12)) bash -c "cmake -S '$work/pack/googletest' -B '$work/googletest/build' ${generator[*]} -DBUILD_GMOCK=OFF \
    -DCMAKE_BUILD_TYPE=Release '-DCMAKE_INSTALL_PREFIX=$work/googletest' -DCMAKE_INSTALL_LIBDIR=lib &&
    cmake --build '$work/googletest/build' --parallel $jobs --target install"
fi
configure() {
  local name=$1
  shift
  step "$name" $((minutes * 12)) cmake -S . -B build "${generator[@]}" "${native[@]}" "$@" \
    -DKINETORCH_BUILD_TESTS=ON "-DKINETORCH_LIBTORCH=$libtorch" -DCMAKE_BUILD_TYPE=Release \
    "-DCMAKE_CXX_COMPILER_LAUNCHER=bash;$tree/scripts/gpu/lenient.sh" "-DCMAKE_LIBRARY_OUTPUT_DIRECTORY=$tree/build/Release" \
    -DCMAKE_JS_VERSION=8 "-DCMAKE_JS_INC=$modules/node-api-headers/include;$modules/node-addon-api"
}
library=()
if [ "$device" = cpu ]; then
  configure configure
elif configure configure -DKINETORCH_CUDA=ON "-DCMAKE_CUDA_ARCHITECTURES=$capability"; then
  library=(kinetorch_cuda kinetorch_cuda_bench kinetorch_cuda_tests)
else
  # Without its CUDA library Kinetorch still runs on the GPU, and is measured so.
  configure configure-without-library -DKINETORCH_CUDA=OFF
fi
build() {
  local name=$1 limit=$2
  shift 2
  step "$name" "$limit" cmake --build build --parallel "$jobs" --target "$@" -- "${keep_going[@]}"
}
build build $((minutes * 30)) kinetorch kinetorch_bootstrap "${library[@]}"
[ "$device" = cpu ] || build build-tests $((minutes * 12)) kinetorch_tests
mkdir -p build/Release
echo "$torch" >build/Release/libtorch-version # lib/native.ts reads it: the addon runs on this minor version only
# What the addon looks for beside itself.
[ ! -e build/libkinetorch_cuda.so ] || cp build/libkinetorch_cuda.so build/Release/
[ ! -d "$work/pack/native/lib" ] || cp -a "$work/pack/native/lib/"libhwy.so.* build/Release/

# What is not tried by now is tried when torch.compile's turn comes, if there is time.
if [ -n "$warming" ]; then
  while kill -0 "$warming" 2>/dev/null && [ $(($(date +%s) - started)) -lt $((minutes * 20)) ]; do sleep 1; done
  kill "$warming" 2>/dev/null
  wait "$warming" 2>/dev/null
fi

# Threads that wait for each other on a busy machine would take most of a rehearsal.
[ "$device" = cuda ] || export OMP_NUM_THREADS=1

# --- tests and measurements -----------------------------------------------------------------------------------------

# The limit is a net below its own clock.
until=$((started + minutes * 60))
timeout -k 5 $((until - $(date +%s) + 40)) node bench/gpu/main.js --device "$device" ${quick:+$quick} --python "$python" \
  --until "$until" --steps "$steps" --commit "$commit" --logs "$logs" --out "$out"
status=$?
# 124: it hung, but what it found until then is in the file.
[ $status != 124 ] || node bench/gpu/main.js --report "$(find "$out" -name 'gpu-*.json' -newer "$steps" | head -n 1)"
exit $status
