// runs.cc: a driver's main program without libFuzzer: the corpus, then mutations of it. It takes
// the options of libFuzzer that say how many and which, so that both are called in the same way:
// -runs=N -seed=N FOLDER. Without knowledge of the code's branches it finds less; it needs no other
// compiler.
#include "fuzz/fuzz.h"

#include <algorithm>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <unistd.h>
#include <vector>

namespace {

constexpr const char* kFailed = "crash-input";
constexpr std::size_t kLongest = 64 << 10;
std::string input; // what is tried; kept for whoever looks for the mistake

std::vector<std::string> read_corpus(const std::string& folder) {
  std::vector<std::string> paths, corpus;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.is_regular_file()) paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  corpus.reserve(paths.size());
  for (const std::string& path : paths) {
    std::ifstream file(path, std::ios::binary);
    corpus.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return corpus;
}

/// One to eight small changes.
std::string mutated(std::string text, const std::vector<std::string>& corpus,
                    std::mt19937_64& random) {
  constexpr const char kLikely[] = {'\0', '\n', '/', '.', ':', '-', '#', '@', '%', '\xff'};
  for (uint64_t changes = 1 + random() % 8; changes > 0; --changes) {
    const std::size_t at = text.empty() ? 0 : random() % text.size();
    const std::string& other = corpus[random() % corpus.size()];
    switch (random() % 8) {
    case 0:
      if (!text.empty()) text[at] = static_cast<char>(text[at] ^ (1 << random() % 8));
      break;
    case 1:
      if (!text.empty()) text[at] = static_cast<char>(random());
      break;
    case 2:
      if (!text.empty()) text[at] = kLikely[random() % sizeof kLikely];
      break;
    case 3:
      text.insert(at, 1, kLikely[random() % sizeof kLikely]);
      break;
    case 4:
      text.erase(at, 1 + random() % 16);
      break;
    case 5:
      text.resize(at);
      break;
    case 6: // a piece of itself again
      text.insert(at, text.substr(random() % (text.size() + 1), random() % 64));
      break;
    default: // a piece of another
      if (!other.empty()) text.insert(at, other.substr(random() % other.size(), random() % 600));
    }
  }
  text.resize(std::min(text.size(), kLongest));
  return text;
}

void keep_input(int signal) {
  const int file = open(kFailed, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  (void)!write(file, input.data(), input.size());
  (void)!write(STDERR_FILENO, "the input is kept as crash-input\n", 33);
  std::signal(signal, SIG_DFL); // NOLINT(cert-err33-c)
  (void)raise(signal);
}

void run(std::string text) {
  input = std::move(text);
  (void)LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(input.data()), input.size());
}

} // namespace

int main(int argc, char** argv) {
  uint64_t runs = 10'000, seed = 1;
  std::string folder;
  for (const std::string& argument : std::vector<std::string>(argv + 1, argv + argc)) {
    if (argument.starts_with("-runs="))
      runs = std::stoull(argument.substr(6));
    else if (argument.starts_with("-seed="))
      seed = std::stoull(argument.substr(6));
    else
      folder = argument;
  }
  for (const int signal : {SIGABRT, SIGSEGV, SIGALRM})
    std::signal(signal, keep_input); // NOLINT(cert-err33-c)
  const std::vector<std::string> corpus = read_corpus(folder);
  if (corpus.empty()) return 2;
  for (const std::string& text : corpus)
    run(text);
  std::mt19937_64 random(seed);
  for (uint64_t i = 0; i < runs; ++i) {
    (void)alarm(20); // an input that takes so long is as bad as one that crashes
    run(mutated(corpus[random() % corpus.size()], corpus, random));
  }
  (void)std::printf("%zu files of the corpus, %llu mutations, seed %llu\n", corpus.size(),
                    static_cast<unsigned long long>(runs), static_cast<unsigned long long>(seed));
  return 0;
}
