# Sourced by ./fastwhisper after the build, with the command's arguments: builds and runs the benchmarks.

subject=${2:-}
if [ "$subject" = fairness ] || [ "$subject" = feeds ]; then
  shift 2
  run_quietly "Building the benchmarks" "$target/bench-build.log" \
    "$(tool javac)" -d "$target/bench" -cp "$target/classes:$target/lib/*" "$root"/bench/e2e/*.java ||
    fail 1 "the benchmarks could not be built; the log is $target/bench-build.log"
  class=Fairness
  [ "$subject" = fairness ] || class=Feeds
  exec "$(tool java)" -Dfastwhisper.home="$root" -cp "$target/bench:$target/classes:$target/lib/*" "$class" "$@"
fi
[ "$subject" = cpu ] || [ "$subject" = gpu ] || [ "$subject" = ops ] ||
  fail 2 "bench: expected \"bench cpu\", \"bench gpu\", \"bench ops\", \"bench fairness\" or \"bench feeds\", with options as in \"bench cpu --help\""
shift 2
if [ "$subject" = gpu ]; then
  # The benchmark lies elsewhere than the library that the build made.
  export FASTWHISPER_CUDA_LIBRARY=${FASTWHISPER_CUDA_LIBRARY:-$(find "$target/classes" -name libfastwhisper_cuda.so -print -quit)}
  [ -e "$FASTWHISPER_CUDA_LIBRARY" ] ||
    fail 2 "bench gpu: this build computes on the CPU alone: there is no ${FASTWHISPER_CUDA_LIBRARY:-libfastwhisper_cuda.so}; see docs/operations.md, \"A GPU host from nothing\""
fi
run_quietly "Building the benchmark" "$target/bench-build.log" sh -c \
  'cmake -S "$1" -B "$2" -DFASTWHISPER_BENCH=ON && cmake --build "$2" -j2 --target fastwhisper_bench' sh "$root" "$target/native" ||
  fail 1 "the benchmark could not be built; the log is $target/bench-build.log"
# given OPTION ARGUMENT...: whether the option is among the arguments.
given() {
  local option=$1 argument
  shift
  for argument in "$@"; do [ "$argument" != "$option" ] || return 0; done
  return 1
}
if [ "$subject" = ops ]; then
  set -- --ops "$@"
elif [ "$subject" = gpu ]; then
  given --device "$@" || set -- --device cuda:0 "$@"
  given --precision "$@" || set -- --precision f16 "$@"
  if ! given --ops "$@"; then
    given --batch "$@" || set -- --batch 128 "$@"
    given --shape "$@" || given --model "$@" || set -- --shape large-v3 --shape medium --shape large-v3-turbo "$@"
  fi
elif [ $# = 0 ]; then
  set -- --model "$root/models/ggml-demo.en-q8_0.bin" --shape tiny.en --shape base.en --shape small.en
fi
exec "$target/native/bench/native/fastwhisper_bench" "$@"
