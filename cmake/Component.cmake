# How a line of src/layers.txt becomes a library and a test program, and how a module is made.
# A component whose folder has no source yet is skipped, and so are links to it.

set(HDIST_MODULE_DIR ${PROJECT_BINARY_DIR}/lib/hdist) # ../lib/hdist from the program, as when installed
set(HDIST_INSTALL_MODULE_DIR lib/hdist)

# Their external libraries are slow to load: the module alone links them, the static library does not.
set(hdist_module_components archive net)

# hdist_link_present(target component...): link those components that have sources.
function(hdist_link_present target)
  foreach(component IN LISTS ARGN)
    if(TARGET hdist_${component})
      target_link_libraries(${target} PUBLIC hdist_${component})
    endif()
  endforeach()
endfunction()

# hdist_add_component(name dep...): a dep is a component or an external library, written @name.
function(hdist_add_component component)
  set(components ${ARGN})
  list(FILTER components EXCLUDE REGEX "^@")
  set(externals ${ARGN})
  list(FILTER externals INCLUDE REGEX "^@")
  list(TRANSFORM externals REPLACE "^@(.*)" "\\1")

  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${component}/*.cc)
  set(tests ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  list(FILTER sources EXCLUDE REGEX "_(test|module)\\.cc$")
  if(NOT sources)
    message(STATUS "src/${component}: no source yet, skipped")
    return()
  endif()

  add_library(hdist_${component} STATIC ${sources})
  target_include_directories(hdist_${component} PUBLIC ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(hdist_${component} PUBLIC hdist_sanitizers Threads::Threads PRIVATE hdist_warnings)
  hdist_link_present(hdist_${component} ${components})
  if(NOT component IN_LIST hdist_module_components)
    foreach(external IN LISTS externals)
      if(component STREQUAL base) # what base offers in its headers, every component may use
        target_link_libraries(hdist_${component} PUBLIC ${hdist_external_${external}})
      else()
        target_link_libraries(hdist_${component} PRIVATE ${hdist_external_${external}})
      endif()
    endforeach()
  endif()

  # The modules that a program with this component may load: they must be built before its tests run.
  set(modules "")
  if(component IN_LIST hdist_module_components)
    list(APPEND modules ${component})
  endif()
  foreach(dep IN LISTS components)
    if(TARGET hdist_${dep})
      get_target_property(inherited hdist_${dep} HDIST_MODULES)
      list(APPEND modules ${inherited})
    endif()
  endforeach()
  list(REMOVE_DUPLICATES modules)
  set_target_properties(hdist_${component} PROPERTIES HDIST_MODULES "${modules}")

  # No precompiled header: clang-tidy cannot read the one that g++ makes.
  if(tests AND BUILD_TESTING)
    add_executable(${component}_test ${tests})
    target_link_libraries(${component}_test PRIVATE hdist_${component} hdist_test_support)
    hdist_load_modules(${component}_test ${modules})
    if(EXISTS ${PROJECT_SOURCE_DIR}/launcher/supervise.c)
      add_dependencies(${component}_test supervise) # jobs of tests run under it
    endif()
    add_test(NAME unit.${component} COMMAND ${component}_test)
  endif()
endfunction()

# hdist_add_module(component external...): src/<component>/<component>_module.cc as lib/hdist/<component>.so.
# It carries its own copy of the static code it needs and exports nothing but hdist_* (docs/design/modules.md).
function(hdist_add_module component)
  file(GLOB source CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${component}/${component}_module.cc)
  if(NOT source)
    return()
  endif()
  set(target hdist_${component}_module)
  set(exports ${PROJECT_SOURCE_DIR}/cmake/module-exports.map)
  add_library(${target} MODULE ${source})
  set_target_properties(${target} PROPERTIES PREFIX "" OUTPUT_NAME ${component} LINK_DEPENDS ${exports}
                                             LIBRARY_OUTPUT_DIRECTORY ${HDIST_MODULE_DIR})
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/src)
  target_link_options(${target} PRIVATE -Wl,--version-script=${exports} -Wl,--gc-sections)
  target_link_libraries(${target} PRIVATE hdist_warnings hdist_sanitizers)
  if(TARGET hdist_${component})
    target_link_libraries(${target} PRIVATE hdist_${component})
  else()
    hdist_link_present(${target} base)
  endif()
  foreach(external IN LISTS ARGN)
    target_link_libraries(${target} PRIVATE ${hdist_external_${external}})
  endforeach()
  install(TARGETS ${target} DESTINATION ${HDIST_INSTALL_MODULE_DIR})
endfunction()

# hdist_add_static_program(target directory source...): C and libc only. Static and not sanitized: it must start in any
# environment, and first of all.
function(hdist_add_static_program target directory)
  add_executable(${target} ${ARGN})
  set_target_properties(${target} PROPERTIES C_STANDARD 11 POSITION_INDEPENDENT_CODE OFF
                                             RUNTIME_OUTPUT_DIRECTORY ${directory})
  target_compile_options(${target} PRIVATE -fno-pie)
  target_link_options(${target} PRIVATE -static -no-pie)
  target_link_libraries(${target} PRIVATE hdist_warnings)
endfunction()

# hdist_load_modules(target module...): `target` loads these at run time; build them with it. Default: all.
function(hdist_load_modules target)
  set(modules ${ARGN})
  if(ARGC EQUAL 1)
    set(modules ${hdist_module_components})
  endif()
  foreach(module IN LISTS modules)
    if(EXISTS ${PROJECT_SOURCE_DIR}/src/${module}/${module}_module.cc)
      add_dependencies(${target} hdist_${module}_module)
    endif()
  endforeach()
endfunction()

# libhashdist.so: the C interface. It is closed like a module; <prefix>/lib, from where it finds the modules.
function(hdist_add_c_library)
  if(NOT TARGET hdist_capi)
    return()
  endif()
  set(exports ${PROJECT_SOURCE_DIR}/cmake/library-exports.map)
  add_library(hashdist SHARED ${PROJECT_SOURCE_DIR}/src/capi/hashdist.cc)
  set_target_properties(hashdist PROPERTIES VERSION ${PROJECT_VERSION} SOVERSION 1 LINK_DEPENDS ${exports}
                                            LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib)
  target_link_options(hashdist PRIVATE -Wl,--version-script=${exports} -Wl,--gc-sections)
  target_link_libraries(hashdist PRIVATE hdist_capi hdist_warnings hdist_sanitizers)
  hdist_load_modules(hashdist)
  install(TARGETS hashdist LIBRARY DESTINATION lib)
  install(FILES ${PROJECT_SOURCE_DIR}/src/capi/hashdist.h DESTINATION include)
  configure_file(${PROJECT_SOURCE_DIR}/cmake/hashdist.pc.in ${PROJECT_BINARY_DIR}/lib/pkgconfig/hashdist.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/lib/pkgconfig/hashdist.pc DESTINATION lib/pkgconfig)
endfunction()
