# -ffp-contract=off: a fused multiply-add where one compiler sees fit would change results from build to build.
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Werror=return-type -ffp-contract=off)
