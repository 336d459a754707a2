#include "build/job_env.h"

#include "base/error.h"
#include "base/text.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

namespace hdist {

namespace {

JobEnvRequest native_request() {
  JobEnvRequest request;
  request.imports = {{"zlib/2", "/store/zlib/abcdefghijkl", "ZLIB"},
                     {"bz/1", "/other/bz/mnopqrstuvwx", std::nullopt}};
  request.artifact = "/store/tool/234567abcdef";
  request.build_dir = "/tmp/b/work";
  request.home = "/tmp/b/home";
  request.temp = "/tmp/b/tmp";
  request.config_json = "{}";
  request.cpus = 3;
  request.native = true;
  return request;
}

TEST(JobEnv, HasTheFixedVariablesOfTheHashRule) {
  const Env env = job_environment(native_request());
  EXPECT_EQ(env.get("LC_ALL"), "C.UTF-8");
  EXPECT_EQ(env.get("TZ"), "UTC");
  EXPECT_EQ(env.get("SOURCE_DATE_EPOCH"), "315532800");
  EXPECT_EQ(env.get("HOME"), "/tmp/b/home");
  EXPECT_EQ(env.get("TMPDIR"), "/tmp/b/tmp");
  EXPECT_EQ(env.get("PATH"), "");
  EXPECT_EQ(env.get("BUILD"), "/tmp/b/work");
  EXPECT_EQ(env.get("PWD"), "/tmp/b/work");
  EXPECT_EQ(env.get("MAKEFLAGS"), "-j3");
  EXPECT_EQ(env.get("HASHDIST_CPU_COUNT"), "3");
}

TEST(JobEnv, ATokenSharingMakeFindsItsDescriptorsInMakeflags) {
  JobEnvRequest request = native_request();
  request.shares_cpus = true;
  EXPECT_EQ(job_environment(request).get("MAKEFLAGS"), "-j3 --jobserver-auth=64,65");
}

TEST(JobEnv, HasNothingOfTheCaller) {
  const Env env = job_environment(native_request());
  for (const char* name : {"USER", "LD_LIBRARY_PATH", "CFLAGS", "TAR_OPTIONS", "LANG"})
    EXPECT_FALSE(env.contains(name)) << name;
}

TEST(JobEnv, KeepsTarFromRestoringOwnersAsRoot) {
  JobEnvRequest request = native_request();
  request.as_root = true;
  EXPECT_EQ(job_environment(request).get("TAR_OPTIONS"), "--no-same-owner");
}

TEST(JobEnv, OverridesWinOverImportsButNotOverTheJobsPlaces) {
  JobEnvRequest request = native_request();
  for (const char* name : {"ZLIB_DIR", "TZ", "ARTIFACT", "PWD", "HDIST_CONFIG"})
    request.overrides.set(name, "mine");
  const Env env = job_environment(request);
  EXPECT_EQ(env.get("ZLIB_DIR"), "mine");
  EXPECT_EQ(env.get("TZ"), "mine");
  EXPECT_EQ(env.get("ARTIFACT"), request.artifact);
  EXPECT_EQ(env.get("PWD"), request.build_dir);
  EXPECT_EQ(env.get("HDIST_CONFIG"), "{}");
}

TEST(JobEnv, RunPathIsOfNativeSpecsOnly) {
  JobEnvRequest request = native_request();
  request.native = false;
  EXPECT_FALSE(job_environment(request).contains("LD_RUN_PATH"));
}

TEST(JobEnv, RunPathNamesImportsThenTheArtifactThenPadding) {
  const std::string path = *job_environment(native_request()).get("LD_RUN_PATH");
  EXPECT_TRUE(path.starts_with("/store/zlib/abcdefghijkl/lib:/other/bz/mnopqrstuvwx/lib:"
                               "/store/tool/234567abcdef/lib:/hdist-run-path-padding/xxx"))
      << path;
  EXPECT_TRUE(path.ends_with("x/")) << path; // nothing that a linker could merge
}

TEST(JobEnv, RunPathHasRoomForTheRelativeFormOfTheDeepestFile) {
  JobEnvRequest request = native_request();
  for (int i = 0; i < 50; ++i)
    request.imports.push_back({"p/1", "/s/library/abcdefghijkl", std::nullopt});
  const std::string padded = padded_run_path(request.imports, request.artifact);
  const std::string up = "$ORIGIN/../../../../../../../../"; // to the artifact, from 8 below
  std::string relative;
  for (const JobImport& import : request.imports)
    relative += up + "../../" + import.path.substr(import.path.find('/', 1) + 1) + "/lib64:";
  EXPECT_LE((relative + up + "lib").size(), padded.size());
}

TEST(JobEnv, MapsVirtualImportsAndRefusesThoseOfTheHost) {
  EXPECT_EQ(resolve_import("a/1", {}), "a/1");
  EXPECT_EQ(resolve_import("virtual:unix", {{"virtual:unix", "unix/r1"}}), "unix/r1");
  EXPECT_EQ(message_of([] { resolve_import("virtual:unix", {}); }),
            "the import virtual:unix stands for an artifact that has to be chosen, and nothing "
            "says which");
  EXPECT_THROW(resolve_import("host:dpkg/gcc=1", {}), Error);
}

} // namespace

} // namespace hdist
