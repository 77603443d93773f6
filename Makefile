# make run      sets everything up and opens the program with the demo songs   (SONG=file to open another)
# make test     sets everything up and runs every test
# make check    lint, types and import contracts
.PHONY: run test check format bench screenshots clean

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

clean:
	rm -rf .venv build dist out .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
