# What a build is when the caller does not say. Included before project().
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "Debug, RelWithDebInfo, Release" FORCE)
endif()

# -g1 has the function names and lines of a backtrace, at half the compile and link time of -g.
# For a debugger that shows variables: -DCMAKE_CXX_FLAGS_DEBUG=-g.
foreach(language IN ITEMS C CXX)
  if(NOT DEFINED CMAKE_${language}_FLAGS_DEBUG)
    set(CMAKE_${language}_FLAGS_DEBUG "-g1" CACHE STRING "")
  endif()
  if(NOT DEFINED CMAKE_${language}_FLAGS_RELWITHDEBINFO)
    set(CMAKE_${language}_FLAGS_RELWITHDEBINFO "-O2 -g1 -DNDEBUG" CACHE STRING "")
  endif()
  find_program(HDIST_CCACHE ccache)
  if(HDIST_CCACHE AND NOT DEFINED CMAKE_${language}_COMPILER_LAUNCHER)
    set(CMAKE_${language}_COMPILER_LAUNCHER ${HDIST_CCACHE} CACHE STRING "")
  endif()
endforeach()
