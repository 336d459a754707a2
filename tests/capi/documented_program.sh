# The program of docs/capi.md compiles and says what it should; here, that there is no such artifact.
set -eu
export HDIST_HOME="$PWD"
sed -n '/^```c$/,/^```$/p' "$HDIST_SOURCE_DIR/docs/capi.md" | sed '/^```/d' >example.c
# A library with a sanitizer in it needs a program with it, too.
nm -D --undefined-only "$LIBRARY_DIR/libhashdist.so" | grep -q '__asan\|__tsan' && exit 77
"$CC" example.c -I"$HDIST_SOURCE_DIR/src/capi" -L"$LIBRARY_DIR" -lhashdist -Wl,-rpath,"$LIBRARY_DIR" -o example
./example | tee out
grep -q '^{"error":{"code":"artifact.not-found",' out
