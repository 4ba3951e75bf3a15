"""Everything that docker-compose.yml names exists in the code and is told in the README."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from fastapi import FastAPI
from pydantic_settings import BaseSettings

from demo.processes import PROJECTOR
from shared.settings import AccessSettings, DemoSettings, RolePasswords, StoreSettings

AGENCIES = ["police", "cps", "probation"]
APPS = [*AGENCIES, "gateway"]
WORKERS = ["projector"]
REQUIRED = r"\$\{([A-Z_]+):\?[^}]+\}"  # a variable that must be set and has no value of its own


@pytest.fixture
def text(root: Path) -> str:
    return (root / "docker-compose.yml").read_text()


@pytest.fixture
def services(text: str) -> dict[str, dict[str, Any]]:
    kept: dict[str, dict[str, Any]] = yaml.safe_load(text)["services"]
    return kept


@pytest.fixture
def ours(services: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {name: service for name, service in services.items() if "build" in service}


def environments(services: dict[str, dict[str, Any]]) -> Iterator[tuple[str, str, str]]:
    for service, said in services.items():
        for name, value in said.get("environment", {}).items():
            yield service, name, value


def test_it_starts_the_whole_service(services: dict[str, dict[str, Any]]) -> None:
    assert set(services) == {"db", "migrate", *APPS, *WORKERS}


def test_every_command_runs_a_module_that_exists(
    ours: dict[str, dict[str, Any]], can_run: Callable[[str], bool]
) -> None:
    for service, said in ours.items():
        python, dash_m, module, *arguments = said["command"]
        assert (python, dash_m) == ("python", "-m"), service
        assert can_run(module), f"{service} runs {module}"
        if module == "uvicorn":
            app_module, name = arguments[0].split(":")
            assert isinstance(getattr(import_module(app_module), name), FastAPI), service


def test_every_app_is_found_where_the_demo_serves_it(
    root: Path, services: dict[str, dict[str, Any]]
) -> None:
    exposed = re.findall(r"^EXPOSE (\d+)$", (root / "Dockerfile").read_text(), re.MULTILINE)
    for app in APPS:
        command = services[app]["command"]
        inside = command[command.index("--port") + 1]
        usual = DemoSettings.model_fields[f"{app}_port"].default
        assert exposed == [inside]
        # On this machine only: what ends TLS stands before it.
        assert services[app]["ports"] == [f"127.0.0.1:${{{app.upper()}_PORT:-{usual}}}:{inside}"]


def test_every_app_is_asked_whether_it_is_well(services: dict[str, dict[str, Any]]) -> None:
    for app in APPS:
        command = services[app]["command"]
        module, name = command[3].split(":")
        asked = re.search(
            r"http://127\.0\.0\.1:(\d+)(/\S*?)'", services[app]["healthcheck"]["test"][-1]
        )
        assert asked, app
        assert asked[1] == command[command.index("--port") + 1], app
        answered = getattr(import_module(module), name).openapi()["paths"]
        assert "get" in answered[asked[2]], app


def test_everything_starts_in_order(services: dict[str, dict[str, Any]]) -> None:
    well = {"condition": "service_healthy"}
    done = {"condition": "service_completed_successfully"}
    assert "healthcheck" in services["db"]
    assert services["migrate"]["depends_on"] == {"db": well}
    assert services["migrate"]["restart"] == "no"
    for app in [*APPS, *WORKERS]:
        assert services[app]["depends_on"] == {"db": well, "migrate": done}, app
        assert services[app]["restart"] == "unless-stopped", app


def test_a_worker_runs_its_verb_and_serves_nothing(services: dict[str, dict[str, Any]]) -> None:
    assert services["projector"]["command"][2:] == [PROJECTOR.module, PROJECTOR.verb]
    for worker in WORKERS:
        assert "ports" not in services[worker]
        assert services[worker]["healthcheck"] == {"disable": True}


def test_every_environment_name_is_a_setting(ours: dict[str, dict[str, Any]]) -> None:
    prefix = RolePasswords.model_config["env_prefix"]
    passwords = {f"{prefix}{role}".upper() for role in RolePasswords.model_fields}
    groups: tuple[type[BaseSettings], ...] = (StoreSettings, AccessSettings)
    settings = {name.upper() for group in groups for name in group.model_fields}
    assert {name for _, name, _ in environments(ours)} <= settings | passwords
    assert passwords <= set(ours["migrate"]["environment"])


def test_every_app_signs_in_as_its_own_role(services: dict[str, dict[str, Any]]) -> None:
    owner = services["db"]["environment"]
    # No service erases: whoever does signs in from outside.
    assert set(RolePasswords.model_fields) == {*APPS, "data_protection", "retention"}
    assert [s for s in APPS if "RETENTION" in str(services[s])] == []
    for service, role, password, name in [
        *(
            (app, f"journey_{app}", f"DATABASE_PASSWORD_{app.upper()}", "DATABASE_URL")
            for app in APPS
        ),
        (
            "gateway",
            "journey_data_protection",
            "DATABASE_PASSWORD_DATA_PROTECTION",
            "DATABASE_URL_DATA_PROTECTION",
        ),
        (
            "projector",
            f"journey_{PROJECTOR.role}",
            f"DATABASE_PASSWORD_{PROJECTOR.role.upper()}",
            "DATABASE_URL",
        ),
        ("migrate", owner["POSTGRES_USER"], "DATABASE_PASSWORD_OWNER", "DATABASE_URL"),
    ]:
        address = services[service]["environment"][name]
        variable = re.search(REQUIRED, address)
        assert variable, service
        assert variable[1] == password, service
        parts = urlsplit(address.replace(variable[0], "secret"))
        assert (parts.username, parts.password) == (role, "secret"), service
        assert (parts.hostname, parts.port) == ("db", 5432), service
        assert parts.path == f"/{owner['POSTGRES_DB']}", service


def test_every_app_is_told_whose_tokens_to_take(services: dict[str, dict[str, Any]]) -> None:
    for app in APPS:
        told = services[app]["environment"]
        assert re.fullmatch(REQUIRED, told["TOKEN_ISSUER"]), app
        assert re.fullmatch(REQUIRED, told["TOKEN_KEYS"]), app
        assert told["TOKEN_AUDIENCE"] == f"${{TOKEN_AUDIENCE:-{AccessSettings().token_audience}}}"


def test_it_holds_no_secret(root: Path, services: dict[str, dict[str, Any]]) -> None:
    for service, name, value in environments(services):
        if "PASSWORD" in name:
            assert re.fullmatch(REQUIRED, value), f"{service}: {name}"
        if "://" in value:
            assert re.search(rf"://\w+:{REQUIRED}@", value), f"{service}: {name}"
    example = (root / ".env.example").read_text()
    assert re.findall(r"^\w*PASSWORD\w*=.+$", example, re.MULTILINE) == []


def test_ours_may_do_no_more_than_they_must(ours: dict[str, dict[str, Any]]) -> None:
    assert set(ours) == {"migrate", *APPS, *WORKERS}
    for service, said in ours.items():
        assert said["read_only"] is True, service
        assert said["cap_drop"] == ["ALL"], service
        assert said["security_opt"] == ["no-new-privileges:true"], service


def test_every_name_is_told(root: Path, text: str, ours: dict[str, Any], readme: str) -> None:
    variables = set(re.findall(r"\$\{([A-Z_]+)", text))
    example = set(re.findall(r"^#?([A-Z_]+)=", (root / ".env.example").read_text(), re.MULTILINE))
    assert example == variables
    modules = {said["command"][2] for said in ours.values()} - {"uvicorn"}
    apps = {said["command"][3] for said in ours.values() if len(said["command"]) > 3}
    names = variables | {name for _, name, _ in environments(ours)} | modules | apps
    assert {name for name in names if name not in readme} == set()


@pytest.mark.skipif(
    shutil.which("docker-compose") is None, reason="docker-compose is not installed"
)
def test_docker_compose_takes_it(root: Path, text: str, services: dict[str, Any]) -> None:
    def ask(**variables: str) -> subprocess.CompletedProcess[str]:
        bare = {name: value for name, value in os.environ.items() if "PASSWORD" not in name}
        return subprocess.run(
            ["docker-compose", "--file", "docker-compose.yml", "config", "--services"],
            cwd=root,
            env=bare | variables,
            capture_output=True,
            text=True,
            check=False,
        )

    required = set(re.findall(REQUIRED, text))
    everything = dict.fromkeys(required, "not-a-secret")
    taken = ask(**everything)
    assert taken.returncode == 0, taken.stderr
    assert set(taken.stdout.split()) == set(services)
    for name in required:
        refused = ask(**(everything | {name: ""}))
        assert refused.returncode != 0
        assert name in refused.stderr
