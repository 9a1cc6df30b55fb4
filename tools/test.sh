# Sourced by ./fastwhisper after the build: runs all tests and ends with one line, "N passed, N failed".
#
# Java tests run beside the native ones, so that both of two cores have work. The native core is tested as it is shipped,
# under AddressSanitizer and UndefinedBehaviorSanitizer, on an emulated processor with AVX2 alone, and is built without oneDNN
# and for 64-bit ARM.

reports=$target/test-reports
passed=0
failed=0

# Adds the tests of JUnit report files to the sums and names those that failed.
count_reports() {
  local file tests bad skipped
  for file in "$@"; do
    if [ ! -s "$file" ]; then
      say "  failed: $(basename "$file" .xml): it left no report"
      failed=$((failed + 1))
      continue
    fi
    tests=$(attribute tests "$file")
    bad=$(($(attribute failures "$file") + $(attribute errors "$file")))
    skipped=$(($(attribute skipped "$file") + $(attribute disabled "$file")))
    passed=$((passed + tests - bad - skipped))
    failed=$((failed + bad))
    if [ $bad -gt 0 ]; then
      # A failed test is a testcase element that another element follows.
      tr '\n' ' ' <"$file" | grep -oE '<testcase [^>]*[^/]>[[:space:]]*<(failure|error)' |
        sed -E 's/.* name="([^"]*)".*/\1/' | sed "s|^|  failed: $(basename "$file" .xml): |" >&2
    fi
  done
}

attribute() {
  local value
  value=$(tr '\n' ' ' <"$2" | grep -oE '<testsuites? [^>]*' | head -n 1 | grep -oE "[[:space:]]$1=\"[0-9]+\"" | grep -oE '[0-9]+' || true)
  echo "${value:-0}"
}

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

configure_and_build() {
  local folder=$1
  shift
  cmake -S "$root" -B "$target/$folder" "$@" && cmake --build "$target/$folder" -j2
}

native_tests() {
  local folder=$1
  shift
  ctest --test-dir "$target/$folder" -j2 --timeout 300 --output-junit "$reports/$folder.xml" --output-on-failure "$@"
}

native_plain() {
  cmake -S "$root" -B "$target/native-plain" -DFASTWHISPER_DNNL=OFF -DFASTWHISPER_TESTS=ON &&
    cmake --build "$target/native-plain" -j2 --target fastwhisper ops_test
}

haswell_tests() {
  qemu-x86_64 -cpu Haswell "$target/native-plain/src/test/cpp/ops_test" --gtest_brief=1 --gtest_output="xml:$reports/haswell.xml"
}

formatting() {
  cpp_sources | xargs -0 clang-format --dry-run --Werror &&
    maven -q com.spotify.fmt:fmt-maven-plugin:check
}

rm -rf "$reports" "$target/surefire-reports"
mkdir -p "$reports"
tests_began=$SECONDS

say "Java tests: run beside the native ones, log in $reports/java.log"
set -m
java_tests </dev/null >"$reports/java.log" 2>&1 &
java_pid=$!
set +m
trap 'kill -- "-$java_pid" 2>/dev/null' EXIT

check "Formatting" formatting
if step "Building the native tests" configure_and_build native -DFASTWHISPER_TESTS=ON; then
  run_quietly "Native tests" "$reports/native.log" native_tests native || true
  count_reports "$reports/native.xml"
fi
if step "Building the native tests with sanitizers" configure_and_build native-sanitized -DFASTWHISPER_TESTS=ON \
  -DFASTWHISPER_DNNL=OFF -DFASTWHISPER_SANITIZE=address,undefined -DCMAKE_CXX_FLAGS_RELEASE=-O2; then
  # Whole talks and windows in every precision take minutes under sanitizers and run no code that the others do not.
  run_quietly "Native tests with sanitizers" "$reports/native-sanitized.log" \
    native_tests native-sanitized -E 'PrecisionTest|GoldenWindows|ThreadAndLane|Talk\.' || true
  count_reports "$reports/native-sanitized.xml"
fi
if step "Building the native core without oneDNN" native_plain; then
  run_quietly "Its ops on a processor with AVX2 alone (emulated)" "$reports/haswell.log" haswell_tests || true
  count_reports "$reports/haswell.xml"
fi
check "Native core for ARM64" configure_and_build native-aarch64 -DFASTWHISPER_DNNL=OFF \
  "-DCMAKE_TOOLCHAIN_FILE=$root/cmake/aarch64.cmake"

java_status=0
wait "$java_pid" || java_status=$?
trap - EXIT
mapfile -t java_reports < <(find "$target/surefire-reports" -name 'TEST-*.xml' 2>/dev/null | sort)
if [ ${#java_reports[@]} -gt 0 ]; then count_reports "${java_reports[@]}"; fi
# Maven can fail without a failed test: sources that do not compile, a JVM that ends.
if [ $java_status != 0 ] && [ $failed = 0 ]; then failed=1; fi
if [ $java_status != 0 ]; then
  say "Java tests failed:"
  grep -E '^\[ERROR\]' "$reports/java.log" | head -n 20 >&2 || true
fi

say "All tests took $((SECONDS - tests_began)) s; logs are in $reports"
echo "$passed passed, $failed failed"
[ $failed = 0 ]
