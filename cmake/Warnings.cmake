# hdist_warnings: the warnings every target is compiled with. Errors in the developer presets and CI, not for users.
option(HDIST_WERROR "Treat warnings as errors" OFF)

set(common
    -Wall -Wextra -Wpedantic -Wshadow -Wformat=2 -Wundef -Wvla -Wcast-qual -Wimplicit-fallthrough
    -Wno-missing-field-initializers # options structs are filled by designated initializers
)
set(cxx -Wnon-virtual-dtor -Woverloaded-virtual -Wold-style-cast -Wextra-semi -Wredundant-decls)
set(gnu
    -Wduplicated-cond -Wlogical-op
    # False alarms of GCC 12 inside its own std::string, std::optional and std::variant when it inlines:
    -Wno-restrict -Wno-maybe-uninitialized -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread
)
set(clang -Wnull-dereference -Wunused-private-field) # GCC's -Wnull-dereference has false alarms in <optional>

add_library(hdist_warnings INTERFACE)
target_compile_options(
  hdist_warnings
  INTERFACE ${common}
            $<$<COMPILE_LANGUAGE:CXX>:${cxx}>
            $<$<COMPILE_LANG_AND_ID:CXX,GNU>:${gnu}>
            $<$<COMPILE_LANG_AND_ID:CXX,Clang,AppleClang>:${clang}>
            $<$<BOOL:${HDIST_WERROR}>:-Werror>)
unset(common)
unset(cxx)
unset(gnu)
unset(clang)
