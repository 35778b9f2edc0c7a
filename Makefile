# The course's commands; README.md tells what each is for.
PYTHON ?= python3
BIN := .venv/bin
export OMP_NUM_THREADS ?= 1
export MPLBACKEND ?= Agg
export PYTHONWARNINGS ?= ignore::DeprecationWarning

.PHONY: course book release sample grade test learn serve experiments bench clean

course: book release sample
	@$(MAKE) --no-print-directory grade
	@echo "The book:        build/_build/html/index.html  (make serve shows it in a browser)"
	@echo "The exercises:   exercises/  (make learn opens them in JupyterLab)"
	@echo "The marks:       build/grades.csv, build/gradebook.db"
	@echo "Graded answers:  build/autograded/  feedback for the class: .venv/bin/nbgrader generate_feedback pooling"

book: .venv/installed
	@echo "Building the book (half a minute at first) ..."
	@$(BIN)/jupyter-book build book --config _config.yml --path-output build -W -n --keep-going --all -q

release: .venv/installed
	@$(BIN)/autograder release

sample: .venv/installed
	@$(BIN)/python -m autograder.grading.sample_class

grade: .venv/installed
	@$(BIN)/autograder grade $(or $(CHAPTERS),pooling)

test: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/python -m pytest -n logical --dist loadfile

learn: .venv/installed
	$(BIN)/jupyter lab exercises

serve: book
	@echo "The book is at http://127.0.0.1:8000 until Ctrl-C."
	@$(BIN)/python -m http.server --bind 127.0.0.1 --directory build/_build/html 8000

experiments: .venv/installed
	cd book && ../$(BIN)/python -m experiments $(EXPERIMENTS)

bench: .venv/installed
	$(BIN)/python -m autograder.grading.bench_layers
	$(BIN)/python -m autograder.grading.bench_grading

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
