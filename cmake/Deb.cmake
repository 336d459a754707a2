# cpack -G DEB --config BUILD/CPackConfig.cmake: the Debian package. The installation is whole below /usr/lib/hdist, as that of
# any other prefix; packaging/deb/arrange.cmake puts what the system looks for elsewhere where it looks.
set(HDIST_MAINTAINER "The hdist developers <hdist@lists.example.org>" CACHE STRING "Who answers for the Debian package")
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME hdist)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT ${HDIST_MAINTAINER})
set(CPACK_PACKAGING_INSTALL_PREFIX /usr/lib/hdist)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/packaging/deb/arrange.cmake)
set(CPACK_HDIST_SOURCE_DIR ${PROJECT_SOURCE_DIR}) # for that script

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "ca-certificates, gcc, g++, make, git, patchelf, python3, bzip2, xz-utils")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "cmake, gfortran")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "software stacks, hash-addressed and relocatable, without root")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
    "A distribution framework: a stack of packages is described in a few lines of
YAML or Python, and becomes a profile, a directory ready for PATH that is
switched in one step.

What goes into a build is hashed, so that equal things are built once and
shared by all profiles; nothing half-made is ever visible. Users need no root,
and what they build lies below their homes. It is the base of distributions
with a name, a front end and stores of their own.")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${PROJECT_SOURCE_DIR}/packaging/deb/conffiles
                                       ${PROJECT_SOURCE_DIR}/packaging/deb/prerm)
include(CPack)
