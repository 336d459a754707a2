// Arguments to exit status; the only catch-all.
#include "ui/cli.h"

#include <cstdio>
#include <exception>

int main(int argc, char** argv) {
  try {
    return hdist::run_program(argc, argv);
  } catch (const std::exception& error) {
    (void)std::fprintf(stderr, "hdist: a defect of the program: %s\n", error.what());
    return 1;
  }
}
