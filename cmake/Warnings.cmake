# -ffp-contract=off: a fused multiply-add where one compiler sees fit would change results from build to build.
set(warnings -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Werror=return-type -ffp-contract=off)
add_compile_options("$<$<NOT:$<COMPILE_LANGUAGE:CUDA>>:${warnings}>")
