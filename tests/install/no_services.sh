#!/bin/sh
# ./bootstrap test installs nothing that Debian would start as a service; what it needs of such a package it unpacks below the build.
set -eu
work=$PWD
fail() {
  printf 'FAILED: %s\n' "$*"
  cat "$work"/calls "$work"/out
  exit 1
}

# A machine on which nothing is installed and nothing can be; apt-get only writes down what it is asked for.
mkdir fake
cat >fake/dpkg-query <<'END'
#!/bin/sh
exit 1
END
cat >fake/apt-get <<END
#!/bin/sh
echo "\$*" >>"$work/calls"
case "\$*" in *' install '*|install*) exit "\$(cat "$work/fails")" ;; *download*) echo deb >package.deb ;; esac
END
cat >fake/dpkg-deb <<'END'
#!/bin/sh
mkdir -p "$3/usr/sbin"
printf '#!/bin/sh\necho unpacked\n' >"$3/usr/sbin/nginx"
chmod 755 "$3/usr/sbin/nginx"
END
cat >fake/sudo <<'END'
#!/bin/sh
while [ "$1" = -n ]; do shift; done
exec "$@"
END
cat >fake/cmake <<'END'
#!/bin/sh
exit 1
END
chmod 755 fake/*
: >calls
echo 0 >fails

# It ends at the build, which cannot be configured here.
if PATH=$work/fake:$PATH HDIST_BUILD_DIR=$work/build "$HDIST_SOURCE_DIR/bootstrap" test >out 2>&1; then fail 'nothing stopped it'; fi
grep -q 'cmake could not configure' out || fail 'it stopped elsewhere'
grep -q 'install.* cmake ' calls || fail 'nothing was to be installed'
if grep 'install' calls | grep -qE 'nginx|apache|lighttpd|slurm|registry|munge|mariadb|postgres'; then fail 'a service would be installed'; fi
grep -q 'download nginx' calls || fail 'nginx was not asked for'
[ "$(build/test-programs/usr/sbin/nginx)" = unpacked ] || fail 'nginx was not unpacked'
