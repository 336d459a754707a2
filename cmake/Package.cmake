# What is installed beside the programs and modules: data, man pages, schemas. Relocatable: found relative to bin/hdist.
set(HDIST_INSTALL_DATA_DIR share/hdist)
foreach(data IN ITEMS packages schemas)
  if(IS_DIRECTORY ${PROJECT_SOURCE_DIR}/${data})
    # The program finds its data at the same place in the build tree.
    file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/${HDIST_INSTALL_DATA_DIR})
    file(CREATE_LINK ${PROJECT_SOURCE_DIR}/${data} ${PROJECT_BINARY_DIR}/${HDIST_INSTALL_DATA_DIR}/${data} SYMBOLIC)
    install(DIRECTORY ${data}/ DESTINATION ${HDIST_INSTALL_DATA_DIR}/${data} PATTERN "__pycache__" EXCLUDE)
  endif()
endforeach()
if(IS_DIRECTORY ${PROJECT_SOURCE_DIR}/man)
  install(DIRECTORY man/ DESTINATION share/man)
endif()
install(FILES LICENSE DESTINATION share/doc/hdist)
