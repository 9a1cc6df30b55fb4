#!/usr/bin/env python3
"""Writes the ranges of letters (L*) and numbers (N*) for src/main/cpp/model/unicode_ranges.inc, from Python's Unicode tables.

    python3 tools/unicode/make_ranges.py > src/main/cpp/model/unicode_ranges.inc
"""
import sys
import unicodedata


def ranges(kind):
    first = None
    for code in range(0x110001):
        inside = code < 0x110000 and unicodedata.category(chr(code))[0] == kind
        if inside and first is None:
            first = code
        elif not inside and first is not None:
            yield first, code - 1
            first = None


def table(name, kind):
    print(f"constexpr Range {name}[] = {{")
    line = "   "
    for first, last in ranges(kind):
        item = f" {{0x{first:X}, 0x{last:X}}},"
        if len(line) + len(item) > 120:
            print(line)
            line = "   "
        line += item
    print(line)
    print("};")


print(f"// Unicode {unicodedata.unidata_version}, made by tools/unicode/make_ranges.py.")
table("letters", "L")
table("numbers", "N")
