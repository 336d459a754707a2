#!/bin/sh
# Declared, or named by a run path or an interpreter line: in the profile. A path in a text file alone does not bring anything in.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"
command -v cc >/dev/null || exit 77

recipe tool 1 'mkdir $ARTIFACT/bin; printf "#!/bin/sh\n" >$ARTIFACT/bin/tool; chmod +x $ARTIFACT/bin/tool'
recipe shell 1 'mkdir $ARTIFACT/bin; ln -s /bin/sh $ARTIFACT/bin/shell; touch $ARTIFACT/shell'
recipe lib 1 'mkdir $ARTIFACT/lib; echo "int f(void) { return 7; }" | cc -shared -fPIC -xc - -o $ARTIFACT/lib/libf.so'
recipe declared 1 'touch $ARTIFACT/declared'
recipe app 1 'mkdir $ARTIFACT/bin
echo "int f(void); int main(void) { return f(); }" | cc -xc - -o $ARTIFACT/bin/app -L$LIB_DIR/lib -Wl,-rpath,$LIB_DIR/lib -lf
printf "#!%s/bin/shell\necho script\n" $SHELL_DIR >$ARTIFACT/bin/script
printf "#!/bin/sh\n# made by %s\n" $TOOL_DIR >$ARTIFACT/bin/config
chmod +x $ARTIFACT/bin/*
echo "built with $TOOL_DIR" >$ARTIFACT/note' 'dependencies: {build: [tool, shell, lib], run: [declared]}'
stack s app
expect_exit 0 hdist update
profile=$HDIST_HOME/.hashdist/profiles/s
for file in declared shell lib/libf.so bin/script; do expect_file "$profile/$file"; done
refute_file "$profile/bin/tool"
expect_exit 7 hdist run s -- app
expect_equal "$(hdist run s -- script)" script
# What only a text names is kept all the same: it is a reference.
record=$(ls "$HDIST_HOME"/.hashdist/artifacts/app/*.json)
expect_equal "$(json "$record" 'sorted(i.split("/")[0] for i in d["references"])')" "['declared', 'lib', 'shell', 'tool']"
expect_equal "$(json "$record" 'sorted(i.split("/")[0] for i in d["needs"])')" "['declared', 'lib', 'shell']"
