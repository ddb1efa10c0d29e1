# Runs a compiler as CMake's launcher, with warnings that do not stop it: this machine's compiler may know more of them
# than those that the project is checked with.
if command -v ccache >/dev/null; then exec ccache "$@" -Wno-error; fi
exec "$@" -Wno-error
