"""The project's build macros: every target of ours goes through one of them, so that warnings, sizes and tags are set once."""

load("@rules_cc//cc:defs.bzl", "cc_binary", "cc_library", "cc_test")

# Warnings are errors in our own code. The switched-off ones: -Wrestrict and friends are false alarms of GCC 12 at -O2
# (GCC PR105651, PR105329); designated initialisers that leave fields at their defaults are how our values are written.
_WARNINGS = [
    "-Wall",
    "-Wextra",
    "-Wpedantic",
    "-Werror",
    "-Wno-missing-field-initializers",
    "-Wno-restrict",
    "-Wno-error=array-bounds",
    "-Wno-error=dangling-pointer",
    "-Wno-error=maybe-uninitialized",
    "-Wno-error=stringop-overflow",
    "-Wno-error=stringop-overread",
    "-Wno-error=use-after-free",
]

def k6_cc_library(name, copts = [], **kwargs):
    """A library of ours: cc_library with the project's warnings."""
    cc_library(name = name, copts = _WARNINGS + copts, **kwargs)

def k6_cc_binary(name, copts = [], **kwargs):
    """A program of ours: cc_binary with the project's warnings."""
    cc_binary(name = name, copts = _WARNINGS + copts, **kwargs)

def k6_cc_test(name, copts = [], deps = [], size = "small", main = True, **kwargs):
    """A GoogleTest test with its main function.

    Args:
      name: name of the test
      copts: more compiler flags
      deps: libraries under test
      size: Bazel's test size; small is one minute
      main: False if the test brings its own main function
      **kwargs: given to cc_test
    """
    cc_test(
        name = name,
        copts = _WARNINGS + copts,
        deps = deps + (["@googletest//:gtest_main"] if main else []),
        size = size,
        **kwargs
    )
