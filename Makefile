# make run      sets everything up and opens the program with the demo songs   (SONG=file to open another)
# make test     sets everything up and runs every test
# make check    lint, types and import contracts
# make package  makes the installed program and its packages in dist/   (package-test tries them, package-bench measures)
.PHONY: run test check format bench screenshots package package-test package-bench clean

run:
	@tools/run.sh

test:
	@tools/setup.sh test
	@tools/test.sh $(TESTS)

check:
	@tools/setup.sh test
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports

format:
	@tools/setup.sh test
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

bench:
	@tools/setup.sh test
	.venv/bin/python -m benchmarks

screenshots:
	@tools/setup.sh run
	.venv/bin/python tools/screenshots.py

package:
	@tools/setup.sh package
	.venv-package/bin/python packaging/make.py

dist/mgc-desktop:
	@$(MAKE) package

package-test: dist/mgc-desktop
	@tools/setup.sh package
	@tools/setup.sh test
	@MGC_BUNDLE=dist/mgc-desktop tools/test.sh -m package $(or $(TESTS),tests/packaging)

package-bench: dist/mgc-desktop
	@tools/setup.sh package
	.venv-package/bin/python benchmarks/bench_package.py

clean:
	rm -rf .venv .venv-package build dist out .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
