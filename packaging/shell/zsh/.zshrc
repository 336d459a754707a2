# See .zshenv beside it.
if [ -n "${_PROFILE_ZDOTDIR+set}" ]; then ZDOTDIR=$_PROFILE_ZDOTDIR; else unset ZDOTDIR; fi
[ ! -r "${ZDOTDIR-$HOME}/.zshrc" ] || . "${ZDOTDIR-$HOME}/.zshrc"
. "$_PROFILE_ENTER"
unset _PROFILE_ENTER _PROFILE_OURS _PROFILE_ZDOTDIR
