# hdist_sanitizers: -DHDIST_SANITIZE=address,undefined or =thread, for every component, module and test program.
set(HDIST_SANITIZE "" CACHE STRING "Sanitizers to compile in: address,undefined or thread")
option(HDIST_FUZZ "With clang: link the drivers of tests/fuzz to libFuzzer" OFF)
string(REPLACE ";" "," HDIST_SANITIZE "${HDIST_SANITIZE}")

add_library(hdist_sanitizers INTERFACE)
if(HDIST_SANITIZE)
  set(flags -fsanitize=${HDIST_SANITIZE}$<$<BOOL:${HDIST_FUZZ}>:,fuzzer-no-link> -fno-omit-frame-pointer -fno-sanitize-recover=all)
  # These two double the code, and with it a fifth of the time to compile; AddressSanitizer stops at what is read through a null
  # pointer, too.
  if(HDIST_SANITIZE MATCHES "undefined")
    list(APPEND flags -fno-sanitize=null,alignment)
  endif()
  target_compile_options(hdist_sanitizers INTERFACE ${flags})
  target_link_options(hdist_sanitizers INTERFACE ${flags})
  unset(flags)
endif()
