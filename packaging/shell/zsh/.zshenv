# Read by the zsh of `hdist shell`, whose ZDOTDIR this folder is: the user's own start-up files, and then the profile.
_PROFILE_OURS=$ZDOTDIR
if [ -n "${_PROFILE_ZDOTDIR+set}" ]; then ZDOTDIR=$_PROFILE_ZDOTDIR; else unset ZDOTDIR; fi
[ ! -r "${ZDOTDIR-$HOME}/.zshenv" ] || . "${ZDOTDIR-$HOME}/.zshenv"
if [ -n "${ZDOTDIR+set}" ]; then _PROFILE_ZDOTDIR=$ZDOTDIR; else unset _PROFILE_ZDOTDIR; fi
ZDOTDIR=$_PROFILE_OURS
