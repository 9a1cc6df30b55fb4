# Sourced by ./fastwhisper after the build: runs all tests and ends with one line, "N passed, N failed".
#
# Java tests run beside the native ones, so that both of two cores have work. The native tests run as the core is shipped, once
# more on an emulated processor with AVX2 alone, and, built without oneDNN, under AddressSanitizer and
# UndefinedBehaviorSanitizer; the core is also built for 64-bit ARM.

reports=$target/test-reports
passed=0
failed=0

# count_reports TITLE FILE...: adds the tests of JUnit report files to the sums and names those that failed.
count_reports() {
  local title=$1 file tests bad skipped case
  shift
  for file in "$@"; do
    if [ ! -s "$file" ]; then
      say "  failed: $title: $(basename "$file" .xml): it left no report"
      failed=$((failed + 1))
      continue
    fi
    tests=$(number tests "$file")
    bad=$(($(number failures "$file") + $(number errors "$file")))
    # GoogleTest sums up no skipped tests: they are counted where they stand.
    skipped=$(($(grep -c '<skipped' "$file" || true) + $(number disabled "$file")))
    passed=$((passed + tests - bad - skipped))
    failed=$((failed + bad))
    if [ $bad -gt 0 ]; then
      # A failed test is a testcase element that another element follows.
      tr '\n' ' ' <"$file" | { grep -oE '<testcase [^>]*[^/]>[[:space:]]*<(failure|error)' || true; } | while read -r case; do
        say "  failed: $title: $(attribute classname "$case").$(attribute name "$case")"
      done
    fi
  done
}

# number NAME FILE: the attribute of a report's outermost element, 0 where it has none.
number() {
  local value
  value=$(attribute "$1" "$(tr '\n' ' ' <"$2" | grep -oE '<testsuites? [^>]*' | head -n 1)")
  echo "${value:-0}"
}

# attribute NAME ELEMENT
attribute() { sed -nE "s/.*[[:space:]]$1=\"([^\"]*)\".*/\1/p" <<<"$2"; }

# check TITLE COMMAND...: a step that counts as one test.
check() {
  local title=$1 log
  log=$reports/$(tr ' /' '--' <<<"$title").log
  shift
  if run_quietly "$title" "$log" "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
}

# step TITLE COMMAND...: what others need; counts only where it fails.
step() {
  local title=$1 log
  log=$reports/$(tr ' /' '--' <<<"$title").log
  shift
  run_quietly "$title" "$log" "$@" || {
    failed=$((failed + 1))
    return 1
  }
}

java_tests() {
  maven -Dfastwhisper.script=true resources:testResources compiler:testCompile surefire:test
}

# build_native FOLDER OPTION...
build_native() {
  local folder=$1
  shift
  cmake -S "$root" -B "$target/$folder" "$@" && cmake --build "$target/$folder" -j2
}

# The library that pretends to be the GPUs', which Java tests load too; with the options of the native tests, of which it is one
# part, or it would be compiled again.
build_fake_cuda() {
  cmake -S "$root" -B "$target/native" -DFASTWHISPER_TESTS=ON -DFASTWHISPER_UNITY=ON &&
    cmake --build "$target/native" -j2 --target fake_cuda
}

# Compiles what a GPU runs, for one architecture. The product's build has them all, where it has cuBLAS. Nothing of it is run, so
# what the processor does is not optimised; what the GPU does is, whatever these options say.
compile_cuda() {
  timeout 60 cmake -S "$root" -B "$target/native-cuda" -DFASTWHISPER_DNNL=OFF -DFASTWHISPER_CUDA=on \
    -DCMAKE_CUDA_ARCHITECTURES=90 "-DCMAKE_CUDA_COMPILER=$1" -DCMAKE_CXX_FLAGS_RELEASE=-O0 -DCMAKE_CUDA_FLAGS_RELEASE=-DNDEBUG &&
    timeout 300 cmake --build "$target/native-cuda" -j2 --target fastwhisper_cuda_objects
}

# The path of NVIDIA's compiler; nothing where there is none.
find_nvcc() { type -P nvcc || ls /usr/local/cuda/bin/nvcc 2>/dev/null || true; }

# native_tests TITLE FOLDER EXCLUDED [EMULATOR...]: runs the executable of each level of a build, without the tests that
# EXCLUDED names as --gtest_filter does. Their own reports tell what failed; a level that crashes leaves none.
native_tests() {
  local title=$1 folder=$2 excluded=$3 before=$failed name level status=0 levels=()
  shift 3
  name=$(tr ' /' '--' <<<"$title")
  for level in "$target/$folder"/src/test/cpp/*_test; do levels+=("$reports/$name/$(basename "$level").xml"); done
  run_quietly "$title" "$reports/$name.log" run_levels "$folder" "$excluded" "$reports/$name" "$@" || status=$?
  count_reports "$title" "${levels[@]}"
  # A sanitizer can find something when all tests have passed.
  if [ $status != 0 ] && [ $failed = $before ]; then
    say "  failed: $title: a level ended badly after its tests"
    failed=$((failed + 1))
  fi
}

# Two levels at a time.
run_levels() {
  local folder=$1 excluded=$2 out=$3
  shift 3
  printf '%s\0' "$target/$folder"/src/test/cpp/*_test |
    GTEST_BRIEF=1 GTEST_OUTPUT="xml:$out/" GTEST_FILTER="*-$excluded" xargs -0 -n 1 -P 2 timeout 900 "$@"
}

formatting() {
  cpp_sources | xargs -0 clang-format --dry-run --Werror &&
    maven -q com.spotify.fmt:fmt-maven-plugin:check
}

rm -rf "$reports" "$target/surefire-reports"
mkdir -p "$reports"
tests_began=$SECONDS

step "Building the pretended GPUs" build_fake_cuda || true
say "Java tests: run beside the native ones, log in $reports/java.log"
set -m
java_tests </dev/null >"$reports/java.log" 2>&1 &
java_pid=$!
set +m
trap 'kill -- "-$java_pid" 2>/dev/null' EXIT

# Emulated, one window takes minutes: no whole network runs there, only what it is made of. What reads files is the
# same code on every processor, and what older processors run is seen without an emulator.
minutes_emulated='*PrecisionTest.*:*Golden*:*ThreadAndLane*:*/Talk.*:*/Sound.*:*PlanFromSeed.*:HostileModelFile.*'
minutes_emulated+=':Result.*:Header.*:Lane.SaysAgain*:Lane.GivesCancelled*:Lane.CanBeClosed*:LostLane.*:PlantedModel.*'
minutes_emulated+=':*EachFileType.*:*ModelFile.*:*Vocabulary*:*NetworkTest.*:*baseline*:*AttentionAgrees*'
# Products of oneDNN's own making took six minutes; those of the core are what older processors must be held to, and what lies
# between oneDNN's products are the core's.
minutes_emulated+=':*DnnlDeviceTest.ProductsAgree*:*DnnlDeviceTest.ARowIsTheSame*:Devices/*onednn*'
# Where words and windows begin is told by code that is compiled for every processor alike; its one kernel, the power spectrum,
# has tests of its own that run there.
minutes_emulated+=':TimeWordsTest.*WhateverThePath:Plan.HasNoWindowForSilenceNoiseHumAndTones'
# Ops meet the edges of tiles there, not the sizes of models, and not the values that tell one place from another: that their
# instructions are those of an older processor does not depend on them.
minutes_emulated+=':*EightBitAudioTest.*:*WholeWindowOfTheLongestText*:*InTheShapesOfModels*:*OverLongCaches*:*ManyRowsOfASlot*'
minutes_emulated+=':*SharpScoresPick*'
# That a row has the same bits wherever it stands, and takes nothing that was left there, is seen of the same kernels on the
# processor that is there.
minutes_emulated+=':*GivesARowTheSameBits*:*TakeNothingThatEarlierOpsLeft*'
# Whole talks and windows in every precision, and ops in the sizes of models, take minutes under sanitizers and run no code that
# the others do not. Of sounds without speech one is heard there, and a network is computed in f32.
minutes_sanitized='*PrecisionTest.*:*EightBitAudioTest.*:GoldenWindows.*:*GoldenStarts.*:*ThreadAndLane*:*/Talk.*'
minutes_sanitized+=':*/Sound.*/silence:*/Sound.*/tone:*NetworkTest.*_bf16:*InTheShapesOfModels*'

check "Formatting" formatting
if step "Building the native tests" build_native native -DFASTWHISPER_TESTS=ON -DFASTWHISPER_UNITY=ON; then
  native_tests "Native tests" native ""
  native_tests "Native tests on a Haswell processor (emulated)" native "$minutes_emulated" qemu-x86_64 -cpu Haswell
fi
if step "Building the native tests with sanitizers, without oneDNN" build_native native-sanitized -DFASTWHISPER_TESTS=ON \
  -DCMAKE_UNITY_BUILD=ON -DFASTWHISPER_UNITY=ON -DFASTWHISPER_DNNL=OFF -DFASTWHISPER_SANITIZE=address,undefined \
  -DCMAKE_CXX_FLAGS_RELEASE=-O1; then
  native_tests "Native tests with sanitizers" native-sanitized "$minutes_sanitized"
  check "Hostile model files with sanitizers" \
    ctest --test-dir "$target/native-sanitized" -R '^model_file_fuzz$' --no-tests=error --timeout 300 --output-on-failure
fi
# Nothing of it is run, so nothing is optimised.
check "Native core for ARM64" build_native native-aarch64 -DCMAKE_UNITY_BUILD=ON -DFASTWHISPER_DNNL=OFF \
  "-DCMAKE_TOOLCHAIN_FILE=$root/cmake/aarch64.cmake" -DCMAKE_CXX_FLAGS_RELEASE=-O0

if grep -q FASTWHISPER_CUDA "$root/cmake/Options.cmake"; then
  nvcc=$(find_nvcc)
  if [ -n "$nvcc" ]; then
    check "CUDA kernels for sm_90" compile_cuda "$nvcc"
    { grep -h SKIPPED "$reports/CUDA-kernels-for-sm_90.log" || true; } | while read -r line; do say "  $line"; done
  else
    say "CUDA kernels: SKIPPED, there is no nvcc on this machine"
  fi
fi

java_status=0
wait "$java_pid" || java_status=$?
trap - EXIT
mapfile -t java_reports < <(find "$target/surefire-reports" -name 'TEST-*.xml' 2>/dev/null | sort)
if [ ${#java_reports[@]} -gt 0 ]; then count_reports Java "${java_reports[@]}"; fi
# Maven can fail without a failed test: sources that do not compile, a JVM that ends.
if [ $java_status != 0 ] && [ $failed = 0 ]; then failed=1; fi
if [ $java_status != 0 ]; then
  say "Java tests failed:"
  grep -E '^\[ERROR\]' "$reports/java.log" | head -n 20 >&2 || true
fi

say "All tests took $((SECONDS - tests_began)) s; logs are in $reports"
echo "$passed passed, $failed failed"
[ $failed = 0 ]
