// cli.h: one run of the program: options, output, and the session that commands work in.
#pragma once

#include "config/brand.h"
#include "data/value.h"
#include "ui/command.h"
#include "ui/progress.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hdist {

class Error;
class EventFile;
class Session;
struct SessionRequest;
class StopOnSignals;

class Cli {
public:
  Cli(Brand brand, std::string executable, const Arguments& global);
  ~Cli();

  /// What a command changes of the session before it is made.
  SessionRequest& request() { return *request_; }
  Session& session(); // made at the first call
  const Brand& brand() const { return brand_; }
  bool json() const { return json_; }
  bool verbose() const { return verbose_; }
  TextEvents& events() { return *events_; }
  bool interrupted() const;
  /// Signals end the program again; before another program takes its place.
  void release_signals();
  /// What is typed to interrupt is for the program that runs in the terminal.
  void leave_keys();

  void print(const std::string& text) const; // to stdout, as it is
  void print_json(const Value& value) const; // to stdout
  /// A page for people: as it is, and as {"text": ...} with --json.
  void print_page(const std::string& text) const;
  /// As text, and as an object with --json; `more` is put behind the text.
  void report(const Error& error, const std::string& more = "");
  /// "hdist update quickstart": a command of this program, for advice.
  std::string command_text(const std::string& words) const { return brand_.program + " " + words; }

private:
  Brand brand_;
  bool json_ = false;
  bool verbose_ = false;
  std::unique_ptr<StopOnSignals> signals_;
  std::unique_ptr<TextEvents> events_;
  std::unique_ptr<EventFile> event_file_; // --events
  std::unique_ptr<SessionRequest> request_;
  std::unique_ptr<Session> session_;
};

/// The whole program: parses, runs, reports errors; returns the exit code.
int run_program(int argc, char** argv);

} // namespace hdist
