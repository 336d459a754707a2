# Run by CPack over the files that are to be packed (cmake/Deb.cmake): what the system looks for in places of its own.
cmake_policy(VERSION 3.25)
set(root ${CPACK_TEMPORARY_DIRECTORY})
set(prefix ${root}${CPACK_PACKAGING_INSTALL_PREFIX})
set(source ${CPACK_HDIST_SOURCE_DIR})
set(doc ${root}/usr/share/doc/hdist)

function(compress)
  execute_process(COMMAND gzip -9n ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

# The command, and the manual pages and completions where shells and man look for them.
file(MAKE_DIRECTORY ${root}/usr/bin ${root}/usr/share)
file(CREATE_LINK ../lib/hdist/bin/hdist ${root}/usr/bin/hdist SYMBOLIC)
file(GLOB folders LIST_DIRECTORIES true ${prefix}/share/*)
foreach(folder IN LISTS folders)
  cmake_path(GET folder FILENAME name)
  if(NOT name STREQUAL "hdist" AND NOT name STREQUAL "doc")
    file(RENAME ${folder} ${root}/usr/share/${name})
  endif()
endforeach()
file(RENAME ${root}/usr/share/zsh/site-functions ${root}/usr/share/zsh/vendor-completions)
file(GLOB pages ${root}/usr/share/man/man*/*)
compress(${pages})

# `import hashdist` of the system's Python leads to the library by the config.
file(MAKE_DIRECTORY ${root}/usr/lib/python3/dist-packages)
file(CREATE_LINK ../../hdist/lib/python/hashdist ${root}/usr/lib/python3/dist-packages/hashdist SYMBOLIC)
file(COPY ${source}/packaging/deb/hashdistconfig DESTINATION ${root}/etc)

# Policy: the licence as a copyright file, what changed, and why lintian need not say what it says.
file(READ ${source}/LICENSE licence)
string(REGEX MATCH "Copyright[^\n]*" holders "${licence}")
string(FIND "${licence}" "Redistribution" begin)
string(SUBSTRING "${licence}" ${begin} -1 licence)
string(STRIP "${licence}" licence)
string(REGEX REPLACE "\n\n" "\n.\n" licence "${licence}")
string(REPLACE "\n" "\n " licence "${licence}")
string(REPLACE "Copyright (c) " "" holders "${holders}")
file(
  WRITE ${doc}/copyright
  "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: hdist

Files: *
Copyright: 2026 ${holders}
License: BSD-3-clause
 ${licence}
")
string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC) # SOURCE_DATE_EPOCH, where it is set
set(version ${CPACK_PACKAGE_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE})
file(
  WRITE ${doc}/changelog.Debian
  "hdist (${version}) unstable; urgency=medium

  * hdist ${CPACK_PACKAGE_VERSION}: what is new is in changelog.gz.

 -- ${CPACK_PACKAGE_CONTACT}  ${date}
")
file(COPY_FILE ${source}/CHANGELOG.md ${doc}/changelog)
compress(${doc}/changelog.Debian ${doc}/changelog)
file(MAKE_DIRECTORY ${root}/usr/share/lintian/overrides)
file(COPY_FILE ${source}/packaging/deb/lintian-overrides ${root}/usr/share/lintian/overrides/hdist)

# Whatever the modes of the checkout and the umask are.
execute_process(COMMAND chmod -R u=rwX,go=rX ${root} COMMAND_ERROR_IS_FATAL ANY)
file(GLOB_RECURSE scripts ${prefix}/lib/python/*.py)
file(CHMOD ${scripts} ${root}/etc/hashdistconfig PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
