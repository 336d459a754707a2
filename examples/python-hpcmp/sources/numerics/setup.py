"""python3 setup.py install --prefix=DIR, without setuptools, which may not be there."""
import os
import shutil
import sys

prefix = next(word[len("--prefix=") :] for word in sys.argv if word.startswith("--prefix="))
target = os.path.join(prefix, "lib", "python%d.%d" % sys.version_info[:2], "site-packages", "numerics")
shutil.copytree("numerics", target)
with open(os.path.join(target, "_library.py"), "w", encoding="utf-8") as file:
    file.write("FOLDER = %r\n" % os.environ["BLAS"])
