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
[ "$subject" = cpu ] || [ "$subject" = ops ] ||
  fail 2 "bench: expected \"bench cpu\", \"bench ops\", \"bench fairness\" or \"bench feeds\", with options as in \"bench cpu --help\""
shift 2
run_quietly "Building the benchmark" "$target/bench-build.log" sh -c \
  'cmake -S "$1" -B "$2" -DFASTWHISPER_BENCH=ON && cmake --build "$2" -j2 --target fastwhisper_bench' sh "$root" "$target/native" ||
  fail 1 "the benchmark could not be built; the log is $target/bench-build.log"
if [ "$subject" = ops ]; then
  set -- --ops "$@"
elif [ $# = 0 ]; then
  set -- --model "$root/models/ggml-demo.en-q8_0.bin" --shape tiny.en --shape base.en --shape small.en
fi
exec "$target/native/bench/native/fastwhisper_bench" "$@"
