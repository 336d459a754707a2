// signals.h: the interrupting signals as a stop token, and the one that would end a writer.
#pragma once

#include <memory>
#include <stop_token>

namespace hdist {

/// From its making on, SIGINT, SIGTERM and SIGHUP of this process request a stop instead of ending
/// it; a second SIGINT ends it at once. One that was ignored stays ignored (nohup). Make it before
/// any other thread (the signals are blocked in the threads made later). Programs that are started
/// get them unblocked.
class StopOnSignals {
public:
  StopOnSignals();
  ~StopOnSignals(); // restores the mask
  std::stop_token token() const;
  /// From now on SIGINT is for the program that runs in the terminal, and not for this one; SIGQUIT
  /// too.
  void leave_keys();
  /// The signal that asked, 0 if none did.
  int signal() const;
  struct State; // of signals.cc

private:
  std::unique_ptr<State> state_;
};

/// From now on a write past the limit of file sizes (`ulimit -f`) is an error of that write,
/// system.EFBIG, and not the end of this process. Programs that are started find the signal as this
/// one found it.
void fail_past_file_size_limit();

} // namespace hdist
