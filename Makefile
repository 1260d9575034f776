# 渠成 · two commands: `make run` starts the demonstration, `make test` checks everything. `make help` lists the rest.
# What is done once is not done again: installed packages, assets and demo data each leave a file that says so.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.NOTPARALLEL:
.DEFAULT_GOAL := help

PYTHON ?= python3
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
BIN := .venv/bin
LOCK := --universal --python-version 3.11 --generate-hashes --no-annotate --upgrade
EXTRACT := --mapping=babel.cfg --keyword=mark --add-location=file --sort-output --project=qucheng
PIP := $(BIN)/python -m pip -qq --disable-pip-version-check

ASSET_SOURCES := $(shell find web/frontend -type f -not -path '*/node_modules/*' 2>/dev/null)
PROCESS_SOURCES := $(shell find bpmn forms engine/migrations -type f -not -name '*.pyc' 2>/dev/null)
CATALOGUES := $(patsubst %.po,%.mo,$(shell find web/locale -name '*.po' 2>/dev/null))

.PHONY: help run test packages lint types imports templates unit browser catalogues lock format clean

help: ## 列出可用的命令 · list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: .venv/installed web/static/dist/built $(CATALOGUES) var/initialised ## 启动演示系统 · start the demonstration
	@exec $(BIN)/qucheng run

test: packages .venv/installed-test web/static/dist/built $(CATALOGUES) lint types imports templates ## 全部检查与测试 · every check and test
	@echo "==> 测试（SQLite 与 PostgreSQL，含浏览器） · tests on both databases, browser included"
	@$(BIN)/pytest -n $(JOBS) --dist loadfile --cov --cov-report=term

packages:
	@PYTHON=$(PYTHON) .ci/packages

lint: .venv/installed-test ## 代码风格 · ruff
	@echo "==> ruff"
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check

types: .venv/installed-test ## 类型 · mypy --strict
	@echo "==> mypy"
	@$(BIN)/mypy

imports: .venv/installed-test ## 房间之间的引用 · import-linter
	@echo "==> import-linter"
	@$(BIN)/lint-imports --no-logo

templates: .venv/installed-test ## 页面模板 · djlint
	@echo "==> djlint"
	@$(BIN)/djlint --quiet --lint --profile=jinja web/templates

unit: packages .venv/installed-test web/static/dist/built $(CATALOGUES) ## 除浏览器外的测试 · tests without a browser
	@$(BIN)/pytest -n $(JOBS) --dist loadfile -m "not browser"

browser: packages .venv/installed-test web/static/dist/built $(CATALOGUES) ## 浏览器测试 · tests with Chromium
	@$(BIN)/pytest -n $(JOBS) --dist loadfile -m browser

format: .venv/installed-test ## 按约定排版 · format the code
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

catalogues: .venv/installed-test ## 更新界面文字的翻译目录 · bring web/locale up to date
	@mkdir -p build
	@$(BIN)/pybabel --quiet extract $(EXTRACT) -o build/messages.pot .
	@$(BIN)/pybabel --quiet update --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date -i build/messages.pot -d web/locale -l en

lock: .venv/installed-test ## 重新锁定依赖版本 · pin the newest versions that setup.cfg allows
	@export UV_CUSTOM_COMPILE_COMMAND="make lock" && build='setuptools>=77' && \
		$(BIN)/uv --quiet pip compile $(LOCK) -o requirements.lock setup.cfg - <<<"$$build" && \
		$(BIN)/uv --quiet pip compile $(LOCK) -o requirements-test.lock --extra test -c requirements.lock setup.cfg - <<<"$$build"

.venv/created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "需要 Python 3.11 或更新的版本，$(PYTHON) 不是。请安装后运行：make run PYTHON=python3.11"; \
		echo "Python 3.11 or newer is needed; $(PYTHON) is not. Install it, then: make run PYTHON=python3.11"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "缺少 venv 模块。在 Debian 上请先运行：sudo apt-get install python3-venv"; \
		echo "The venv module is missing. On Debian run first: sudo apt-get install python3-venv"; exit 1; }
	@echo "==> 创建虚拟环境 .venv · creating the virtual environment"
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/installed: requirements.lock setup.cfg pyproject.toml | .venv/created
	@echo "==> 安装依赖（按 requirements.lock 的版本） · installing the locked packages"
	@$(PIP) install --require-hashes --no-deps -r requirements.lock
	@$(PIP) install --no-build-isolation --no-deps --editable .
	@touch $@

.venv/installed-test: requirements-test.lock .venv/installed
	@echo "==> 安装测试工具 · installing the test tools"
	@$(PIP) install --require-hashes --no-deps -r requirements-test.lock
	@touch $@

web/static/dist/built: $(ASSET_SOURCES) | .venv/installed
	@echo "==> 构建前端资源 · building the front-end assets"
	@$(BIN)/python web/frontend/build.py
	@touch $@

%.mo: %.po | .venv/installed
	@echo "==> 编译翻译目录 · compiling $<"
	@$(BIN)/pybabel --quiet compile -i $< -o $@

var/initialised: $(PROCESS_SOURCES) | .venv/installed
	@echo "==> 建立数据库，发布流程，载入演示公司 · database, processes, demo company"
	@$(BIN)/qucheng init --demo --cases
	@touch $@

clean: ## 删除全部生成物与演示数据 · remove all that was made, the demo data too
	rm -rf .venv build web/static/dist web/frontend/node_modules var $(CATALOGUES)
