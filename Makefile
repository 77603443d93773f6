# make run      sets everything up and opens the program with the demo songs   (SONG=file to open another)
# make test     sets everything up and runs every test
# make check    lint, types and import contracts
# make package  makes the installed program and its packages in dist/   (package-test tries them, package-bench measures)
# make results  every figure of docs/results.md, for who has the music: CLIPS=clip_info_final.csv LIST=labelled.tsv MUSIC=its/root
#               TEST=listening_test.tsv TEST_ROOT=its/root WORK=folder
.PHONY: run test check format bench results screenshots package package-test package-bench clean

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

results:
	.venv/bin/python -m mgc_desktop.training.commands.magnatagatune $(CLIPS) --page docs/results.md
	.venv/bin/python -m mgc_desktop.training.commands.compare $(LIST) --root $(MUSIC) --work $(WORK)/compare --page docs/results.md
	.venv/bin/mgc evaluate --dataset tracks $(TEST) --root $(TEST_ROOT) --seconds 60 --output $(WORK)/evaluation --page docs/results.md
	.venv/bin/mgc explore --dataset tracks $(TEST) --root $(TEST_ROOT) --embeddings musicnn --dimensions 2 --output $(WORK)/exploration
	cp $(WORK)/exploration/musicnn-lda-2d.png docs/images/results-explore-lda.png
	cp $(WORK)/exploration/musicnn-umap-2d.png docs/images/results-explore-umap.png

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
