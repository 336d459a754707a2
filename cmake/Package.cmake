# What is installed beside the programs and modules: data, man pages, schemas. Relocatable: found relative to bin/hdist.
set(HDIST_INSTALL_DATA_DIR share/hdist)
foreach(folder IN ITEMS packages schemas packaging/shell)
  if(IS_DIRECTORY ${PROJECT_SOURCE_DIR}/${folder})
    cmake_path(GET folder FILENAME data)
    # The program finds its data at the same place in the build tree.
    file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/${HDIST_INSTALL_DATA_DIR})
    file(CREATE_LINK ${PROJECT_SOURCE_DIR}/${folder} ${PROJECT_BINARY_DIR}/${HDIST_INSTALL_DATA_DIR}/${data} SYMBOLIC)
    install(DIRECTORY ${folder}/ DESTINATION ${HDIST_INSTALL_DATA_DIR}/${data} PATTERN "__pycache__" EXCLUDE)
  endif()
endforeach()
# Manual pages and completions say what the registrations of the commands say.
if(TARGET hdist)
  set(help ${PROJECT_BINARY_DIR}/help)
  add_custom_command(
    OUTPUT ${help}/man/man1/hdist.1
    COMMAND ${CMAKE_COMMAND} -E rm -rf ${help}
    COMMAND hdist help --install ${help}
    DEPENDS hdist
    VERBATIM)
  add_custom_target(hdist_help ALL DEPENDS ${help}/man/man1/hdist.1)
  install(DIRECTORY ${help}/ DESTINATION share)
endif()
install(FILES LICENSE DESTINATION share/doc/hdist)
# The Python package finds the C library two folders above itself, here as when installed.
if(TARGET hashdist AND IS_DIRECTORY ${PROJECT_SOURCE_DIR}/python)
  file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/lib)
  file(CREATE_LINK ${PROJECT_SOURCE_DIR}/python ${PROJECT_BINARY_DIR}/lib/python SYMBOLIC)
  install(DIRECTORY python/ DESTINATION lib/python PATTERN "__pycache__" EXCLUDE)
endif()
