#include "source/deb_signature.h"

#include "base/dir.h"
#include "base/error.h"
#include "testing/testing.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace hdist {
namespace {

const std::string kMessage = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nSuite: stable\n"
                             "-----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----\n";
const std::string kGood = "[GNUPG:] GOODSIG AAAA archive <a@example.org>\n"
                          "[GNUPG:] VALIDSIG FFFF 2024-11-30 1732968000 0 4 0 22 8 01 FFFF\n";

/// With a gpgv that says what it is told.
class Signature : public ::testing::Test {
protected:
  Signature() {
    write_file(tmp_.path() + "/keys.gpg", "keys");
    options_ = {{tmp_.path() + "/keys.gpg"}, tmp_.path() + "/bin", tmp_.path()};
  }
  void gpgv_says(const std::string& status, int code = 0) const {
    write_file(tmp_.path() + "/status", status);
    write_file(tmp_.path() + "/bin/gpgv", "#!/bin/sh\n/bin/cat " + tmp_.path() +
                                              "/status >&2\n/bin/echo \"$@\" >" + tmp_.path() +
                                              "/words\n/bin/echo signed part\nexit " +
                                              std::to_string(code) + "\n");
    ASSERT_EQ(::chmod((tmp_.path() + "/bin/gpgv").c_str(), 0755), 0);
  }
  std::string verify(const std::string& message = kMessage) const {
    return verified_text(message, "stable of http://m", options_, {});
  }
  TempDir tmp_;
  SignatureOptions options_;
};

TEST_F(Signature, WhatIsSignedIsWhatTheProgramGives) {
  gpgv_says(kGood);
  EXPECT_EQ(verify(), "signed part\n");
}

TEST_F(Signature, AnotherSignatureByAnUnknownKeyDoesNoHarm) {
  gpgv_says("[GNUPG:] NO_PUBKEY 1234\n" + kGood, 2);
  EXPECT_EQ(verify(), "signed part\n");
}

TEST_F(Signature, ABadOneIsRefused) {
  gpgv_says(kGood + "[GNUPG:] BADSIG AAAA archive\n", 1);
  EXPECT_EQ(code_of([&] { verify(); }), "debsrc.bad-signature");
}

TEST_F(Signature, WithoutTheProgramNothingIsTaken) {
  EXPECT_EQ(message_of([&] { verify(); }),
            "the index stable of http://m cannot be verified: there is no program gpgv");
}

TEST_F(Signature, WithoutKeysNothingIsTaken) {
  gpgv_says(kGood);
  options_.keyrings = {"/nowhere/keys.gpg"};
  EXPECT_EQ(message_of([&] { verify(); }), "the index stable of http://m cannot be verified: "
                                           "there is no keyring /nowhere/keys.gpg");
}

TEST_F(Signature, ArmoredKeysAreReadToo) {
  gpgv_says(kGood);
  write_file(options_.keyrings[0],
             "-----BEGIN PGP PUBLIC KEY BLOCK-----\nComment: x\n\na2V5\ncw==\n"
             "=abcd\n-----END PGP PUBLIC KEY BLOCK-----\n");
  verify();
  const std::string words = Dir::open(tmp_.path()).read_file("words");
  EXPECT_NE(words.find("--keyring " + tmp_.path() + "/keyring-"), std::string::npos) << words;
  for (const Entry& entry : Dir::open(tmp_.path()).list())
    EXPECT_FALSE(entry.name.starts_with("keyring-"));
}

TEST(SignatureText, NothingMayStandOutside) {
  EXPECT_TRUE(is_clear_signed(kMessage));
  for (const std::string& message :
       {"Evil: yes\n" + kMessage, kMessage + "Evil: yes\n", kMessage + kMessage,
        kMessage.substr(0, kMessage.size() - 10), std::string("Suite: stable\n"), std::string()})
    EXPECT_FALSE(is_clear_signed(message)) << message;
}

TEST(SignatureText, OnlyGoodSignaturesOfGoodDigestsCount) {
  EXPECT_EQ(signature_problem(kGood), "");
  EXPECT_NE(signature_problem(""), "");
  EXPECT_NE(signature_problem("[GNUPG:] GOODSIG AAAA archive\n"), "");
  EXPECT_NE(signature_problem("gpgv: " + kGood.substr(9)), "");
  EXPECT_EQ(signature_problem("[GNUPG:] GOODSIG A\n[GNUPG:] VALIDSIG F d 1 0 4 0 22 2 01 F\n"),
            "its signature is of a digest that can be forged");
  EXPECT_EQ(signature_problem("[GNUPG:] EXPKEYSIG A\n[GNUPG:] VALIDSIG F d 1 0 4 0 22 8 01 F\n"),
            "the key that it is signed by has expired");
  EXPECT_EQ(signature_problem("[GNUPG:] REVKEYSIG A\n[GNUPG:] VALIDSIG F d 1 0 4 0 22 8 01 F\n"),
            "the key that it is signed by was revoked");
  EXPECT_NE(signature_problem("[GNUPG:] NO_PUBKEY 1234\n").find("the key 1234"), std::string::npos);
}

} // namespace
} // namespace hdist
