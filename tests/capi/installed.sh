# Installed anywhere, the program of docs/capi.md compiles and runs, and Python finds the library; also through a link.
set -eu
export HDIST_HOME="$PWD/home"
mkdir home
# A library with a sanitizer in it needs a program with it, too.
nm -D --undefined-only "$BUILD/lib/libhashdist.so" | grep -q '__asan\|__tsan' && exit 77
"$CMAKE" --install "$BUILD" --prefix "$PWD/a prefix" >/dev/null

sed -n '/^```c$/,/^```$/p' "$HDIST_SOURCE_DIR/docs/capi.md" | sed '/^```/d' >example.c
ln -s "a prefix" prefix
export PKG_CONFIG_PATH="$PWD/prefix/lib/pkgconfig"
# shellcheck disable=SC2046
"$CC" example.c $(pkg-config --cflags --libs hashdist) -o example
./example >out
cat out
grep -q '^{"error":{"code":"artifact.not-found",' out

mkdir -p home/.hashdist/lib
ln -s "$PWD/a prefix/lib/python" home/.hashdist/lib/python
mkdir alone
cp -r "$PWD/a prefix/lib/python/hashdist" alone/
export PYTHONPATH="$PWD/alone" PYTHONDONTWRITEBYTECODE=1
"$PYTHON" -c 'import hashdist, os
assert hashdist.sources.__file__.startswith(os.environ["HDIST_HOME"]), hashdist.sources.__file__
print(hashdist.fetch("example.c").key)'
