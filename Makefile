# The course's commands; README.md tells what each is for.
PYTHON ?= python3
BIN := .venv/bin
CHROMIUM ?= chromium
export OMP_NUM_THREADS ?= 1
export MPLBACKEND ?= Agg
export PYTHONWARNINGS ?= ignore::DeprecationWarning

.PHONY: course book lite print release sample grade test learn serve hub experiments bench upgrades clean

course: book release sample
	@$(MAKE) --no-print-directory grade
	@echo "The book:        build/_build/html/index.html  (make serve shows it in a browser)"
	@echo "The exercises:   exercises/  (make learn opens them in JupyterLab)"
	@echo "The marks:       build/grades.csv, build/gradebook.db"
	@echo "Graded answers:  build/autograded/  feedback for the class: .venv/bin/nbgrader generate_feedback pooling"

book: .venv/installed
	@echo "Building the book (half a minute at first) ..."
	@$(BIN)/jupyter-book build book --config _config.yml --path-output build -W -n --keep-going --all -q

lite: .venv/installed
	@echo "Building JupyterLite into the book (half a minute; it needs npm and a network) ..."
	@cd book && ../$(BIN)/python -m _ext.lite ../build/_build/html/lite
	@$(MAKE) --no-print-directory book

print: .venv/installed
	@echo "Building the book as one page, and its PDF by chromium (a minute) ..."
	@$(BIN)/jupyter-book build book --config _config.yml --path-output build -W -n --keep-going --all -q --builder singlehtml
	@$(CHROMIUM) --headless --no-sandbox --disable-gpu --no-pdf-header-footer --print-to-pdf=build/book.pdf build/_build/singlehtml/intro.html
	@echo "One page: build/_build/singlehtml/intro.html   PDF: build/book.pdf"

release: .venv/installed
	@$(BIN)/autograder release

sample: .venv/installed
	@$(BIN)/python -m autograder.grading.sample_class

grade: .venv/installed
	@$(BIN)/autograder grade $(or $(CHAPTERS),pooling)

test: .venv/installed
	@$(MAKE) --no-print-directory build/hub/node_modules || echo "The hub's proxy could not be had from npm: the hub's tests will be skipped."
	$(BIN)/ruff check .
	$(BIN)/python -m pytest -n logical --dist loadfile

learn: .venv/installed
	$(BIN)/jupyter lab exercises

serve: book
	@echo "The book is at http://127.0.0.1:8000 until Ctrl-C."
	@$(BIN)/python -m http.server --bind 127.0.0.1 --directory build/_build/html 8000

hub: .venv/installed build/hub/node_modules
	@test -e build/hub/users.toml || printf 'instructors = ["ines"]\nlearners = ["ada", "bela", "chen"]\n' > build/hub/users.toml
	@echo "A JupyterHub to try, at http://127.0.0.1:8000 until Ctrl-C. Who is who: build/hub/users.toml. Password: try the hub"
	@cd build/hub && ../../$(BIN)/jupyterhub -f ../../autograder/hub/jupyterhub_config.py \
	  --JupyterHub.spawner_class=simple --JupyterHub.authenticator_class=shared-password \
	  --SharedPasswordAuthenticator.user_password="try the hub"

build/hub/node_modules: autograder/hub/package.json autograder/hub/package-lock.json
	@mkdir -p build/hub && cp $^ build/hub && cd build/hub && npm ci --silent --no-audit --no-fund

experiments: .venv/installed
	cd book && ../$(BIN)/python -m experiments $(EXPERIMENTS)

bench: .venv/installed
	$(BIN)/python -m autograder.grading.bench_layers
	$(BIN)/python -m autograder.grading.bench_grading

upgrades:
	@echo "Cloning the last commit to build/upgrades, with the newest version of everything but torch and jupyter-book 2 ..."
	@rm -rf build/upgrades && git clone --quiet . build/upgrades
	@sed -E '/^torch==/!s/==[^;]*//; s/^jupyter-book$$/&<2/' requirements.txt > build/upgrades/requirements.txt
	@$(MAKE) --no-print-directory -C build/upgrades .venv/installed build/hub/node_modules
	@cd build/upgrades && .venv/bin/pip list --format=freeze | diff -i ../../requirements.txt - | grep '^>' || true
	@cd build/upgrades && failed=; for what in "$(MAKE) book" "$(BIN)/ruff check ." \
	  "$(BIN)/python -m pytest -n logical --dist loadfile"; do $$what || failed="$$failed [$$what]"; done; \
	  echo "With the newest versions these fail:$${failed:- none}"; test -z "$$failed"

clean:
	rm -rf build

.venv/installed: requirements.txt autograder/pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed, $(PYTHON) is older or missing: apt-get install python3.11, or make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || \
	  { echo "Python's venv module is missing: apt-get install python3-venv"; exit 1; }
	@echo "Installing into .venv what requirements.txt lists (a minute or two; PyTorch is the large part) ..."
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch .venv/installed
