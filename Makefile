# 两条命令：make run 启动；make test 验收。第一次会自己建 .venv 并安装（带哈希校验）。
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help run test check bench demo soak train format clean

help:
	@echo "make run    安装并启动，浏览器打开 http://127.0.0.1:8080"
	@echo "make demo   在终端里演四个小故事"
	@echo "make test   安装并跑全部测试       make check  代码检查"
	@echo "make bench  性能对比               make soak   长时间压测（kill -9 等）"
	@echo "make train  用 corpus/ 重新训练模型"

# Two stamps: running needs less than developing, and an officer waits for the first only.
$(VENV)/run.stamp: requirements/run.txt pyproject.toml
	@$(PYTHON) -c 'import sys; v=sys.version_info; sys.exit(0 if (3,11)<=v<(3,14) else "需要 Python 3.11–3.13，现在是 %d.%d。可以这样指定：make run PYTHON=python3.12" % v[:2])'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "正在安装（约一分钟，只有第一次）……"
	@$(PIP) install -q --require-hashes -r requirements/run.txt
	@$(PIP) install -q --require-hashes -r requirements/build.txt
	@$(PIP) install -q --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/dev.stamp: $(VENV)/run.stamp requirements/dev.txt
	@echo "正在安装测试工具……"
	@$(PIP) install -q --require-hashes -r requirements/dev.txt
	@touch $@

run: $(VENV)/run.stamp
	@$(BIN)/pingan run

demo: $(VENV)/run.stamp
	@$(BIN)/pingan demo

# The vendor's own packages, to hold the WeChat family's cryptography and frames against. Without npm those tests skip.
NODE := build/node/node_modules/@wecom
$(NODE):
	@if command -v npm >/dev/null 2>&1; then \
	  npm install --silent --no-audit --no-fund --ignore-scripts --fetch-retries=1 --fetch-timeout=20000 \
	    --prefix build/node @wecom/crypto@1.0.1 @wecom/aibot-node-sdk@1.0.7 >/dev/null 2>&1 \
	  || echo "没有装上 @wecom 的 npm 包：和官方包对照的测试会跳过，其余照跑"; \
	else echo "没有 npm：和官方包对照的测试会跳过，其余照跑"; fi

test: $(VENV)/dev.stamp $(NODE)
	@$(BIN)/python -m pytest -n auto $(ARGS)

soak: $(VENV)/dev.stamp
	@$(BIN)/python -m pytest -m soak -s $(ARGS)

check: $(VENV)/dev.stamp
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(VENV)/dev.stamp
	@$(BIN)/python -m benchmarks $(ARGS)

train: $(VENV)/dev.stamp
	@$(BIN)/python -m bot.training

format: $(VENV)/dev.stamp
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
