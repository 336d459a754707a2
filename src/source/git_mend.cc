// git asks a remote only for what a repository lacks by name, whatever it is worth. So the whole
// repository is set aside, and the commit comes to a new one. The other commits stay where they
// are: those that are whole are as good there, and of those that are not, some remotes may have
// gone.
#include "source/git_mend.h"

namespace hdist {

void mend_commit(const GitStore& git, const std::string& repository, const std::string& commit,
                 const std::function<void()>& fetch_again, const std::stop_token& stop) {
  const std::string aside = git.set_aside(repository);
  git.note_damage(aside, commit, stop);
  try {
    fetch_again();
  } catch (...) {
    if (!git.holder(commit)) git.keep(aside, commit);
    throw;
  }
  if (git.holder(commit)) git.forget_damaged(commit);
}

} // namespace hdist
