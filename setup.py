"""Builds the package; what pyproject.toml cannot say: the languages are compiled before the files are gathered."""

import sys
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

sys.path.insert(0, str(Path(__file__).parent / "src"))


class BuildWithLanguages(build_py):
    def run(self):
        from regulars.config.languages.build import build

        build()
        super().run()


setup(cmdclass={"build_py": BuildWithLanguages})
